### Messages of steps and operations, in Dutch. They are HTML text: no markup here.

note-step-completed = De stap is voltooid.
note-step-retry = Poging { $attempt } van { $of } is mislukt en wordt herhaald: { $reason }
note-step-failed = De stap is mislukt: { $reason }
note-step-rejected =
    { $reason ->
        [0] { $by } heeft de stap afgewezen: -
       *[other] { $by } heeft de stap afgewezen: { $reason }
    }
note-step-approved = { $by } heeft de stap goedgekeurd.
note-step-stopped = De stap is gestopt omdat de bewerking is geannuleerd.
note-undo-completed = De stap ‘{ $step }’ is ongedaan gemaakt.
note-undo-retry = Poging { $attempt } om de stap ‘{ $step }’ ongedaan te maken is mislukt en wordt herhaald: { $reason }
note-undo-failed = De stap ‘{ $step }’ kon niet ongedaan worden gemaakt: { $reason }
note-undo-given-up = De stap ‘{ $step }’ is niet ongedaan gemaakt: het ongedaan maken is opgegeven.
note-left-behind = De stap ‘{ $step }’ heeft dit achtergelaten; de volgende publicatie zal het als eerste verwijderen: wat deze stap had gemaakt
note-leftover-removed = Wat een eerdere bewerking bij de stap ‘{ $step }’ had achtergelaten, is verwijderd.
note-waiting-for-approval = De stap wacht tot een beoordelaar hem goedkeurt of afwijst.
note-waiting-for-signoff = Het voorbeeld is gereed. Beoordeel het en roep dan golive aan om uw akkoord te geven, of cancel om de publicatie in te trekken.
note-signed-off = { $by } heeft akkoord gegeven voor het voorbeeld.
note-preview-filled = Het slot preview bevat nu versie { $version } van de aanbieding.
note-preview-restored = Het slot preview is weer zoals het vóór de bewerking was.
note-production-switched = Het slot production bevat nu versie { $version } van de aanbieding.
note-cancel-requested =
    { $reason ->
        [0] { $by } heeft om annulering van de bewerking gevraagd.
       *[other] { $by } heeft om annulering van de bewerking gevraagd: { $reason }
    }
note-forced =
    { $reason ->
        [0] { $by } heeft de bewerking met geweld beëindigd. Deze stappen zijn niet ongedaan gemaakt: { $given_up }.
       *[other] { $by } heeft de bewerking met geweld beëindigd. Deze stappen zijn niet ongedaan gemaakt: { $given_up }. Reden: { $reason }
    }
note-killed =
    { $reason ->
        [0] De beheerder van de server ({ $by }) heeft de bewerking beëindigd. Deze stappen zijn niet ongedaan gemaakt: { $given_up }.
       *[other] De beheerder van de server ({ $by }) heeft de bewerking beëindigd. Deze stappen zijn niet ongedaan gemaakt: { $given_up }. Reden: { $reason }
    }
note-killed-after-switch =
    { $reason ->
        [0] De beheerder van de server ({ $by }) heeft de bewerking beëindigd nadat het slot production was omgezet; zij is daarom meteen voltooid.
       *[other] De beheerder van de server ({ $by }) heeft de bewerking beëindigd nadat het slot production was omgezet; zij is daarom meteen voltooid. Reden: { $reason }
    }
note-canceled-by =
    { $reason ->
        [0] { $by } heeft de bewerking geannuleerd.
       *[other] { $by } heeft de bewerking geannuleerd: { $reason }
    }
note-cancellation-completed = De annulering is voltooid. Van de geannuleerde bewerking is niets over.
note-cancellation-failed = De annulering is mislukt, en daarmee is ook de bewerking als mislukt geëindigd. Andere berichten vermelden wat er is achtergebleven.
note-warning = Waarschuwing: { $code } ({ $target }): { $text }
note-operation-failed = De bewerking is mislukt bij de stap ‘{ $step }’: { $reason }
note-accepted = { $hook } heeft het verzoek aangenomen en werkt eraan.
note-said = { $hook } meldt: { $text }
note-not-reached = { $hook } heeft geen antwoord gegeven en wordt opnieuw gevraagd: { $reason }
note-step-unanswered = De stap is mislukt omdat { $hook } niet vóór de uiterste termijn heeft geantwoord.
note-undo-unanswered = { $hook } heeft niet vóór de uiterste termijn gemeld of de stap ‘{ $step }’ ongedaan is gemaakt. De stap geldt als ongedaan gemaakt, zoals de instellingen bepalen; vraag { $hook } of er iets is achtergebleven.
note-undo-overdue = De stap ‘{ $step }’ kon niet ongedaan worden gemaakt: { $hook } heeft niet vóór de uiterste termijn geantwoord.
note-finding = Bevinding { $code } ({ $target }): { $text }
