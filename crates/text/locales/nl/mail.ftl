### Mails about an operation, in Dutch: plain text.

mail-kind =
    { $kind ->
        [goLive] livegang
       *[publish] publicatie
    }
mail-facts =
    Uitgever: { $publisher }
    Aanbieding: { $offer }
    Bewerking: { $operation } ({ mail-kind })
mail-footer = U ontvangt deze e-mail omdat uw adres op de lijst staat van degenen die deze bewerking volgen.

mail-started-subject = { $publisher }/{ $offer }: { mail-kind } begonnen
mail-started-body =
    Een bewerking van de aanbieding is begonnen.

    { mail-facts }

    U krijgt bericht zodra zij u nodig heeft of is beëindigd.

    { mail-footer }

mail-waiting-for-signoff-subject = { $publisher }/{ $offer }: wacht op uw akkoord
mail-waiting-for-signoff-body =
    Het voorbeeld van de aanbieding is gereed en wacht op uw akkoord.

    { mail-facts }

    Beoordeel het voorbeeld. Roep daarna golive aan om de aanbieding live te brengen, of cancel om de publicatie in te trekken.

    { mail-footer }

mail-failed-subject = { $publisher }/{ $offer }: { mail-kind } mislukt
mail-failed-body =
    Een bewerking van de aanbieding is mislukt.

    { mail-facts }

    { $findings ->
        [0] Lees de oorzaak in de berichten van de bewerking en start haar daarna opnieuw.
       *[other]
            Dit is er gevonden:
            { $findings }

            Verbeter dit en start de bewerking daarna opnieuw.
    }

    { mail-footer }

mail-canceled-subject = { $publisher }/{ $offer }: { mail-kind } geannuleerd
mail-canceled-body =
    Een bewerking van de aanbieding is geannuleerd. Er is niets van over.

    { mail-facts }
    Geannuleerd door: { $by }
    Reden: { $reason ->
        [0] niet opgegeven
       *[other] { $reason }
    }

    { mail-footer }

mail-cancellation-failed-subject = { $publisher }/{ $offer }: de annulering is mislukt
mail-cancellation-failed-body =
    De annulering van een bewerking is mislukt, en daarmee is ook de bewerking als mislukt geëindigd.

    { mail-facts }

    { $left ->
        [0] Lees in de berichten van de annulering wat er is achtergebleven.
       *[other]
            Dit is er achtergebleven:
            { $left }
    }

    De volgende publicatie van de aanbieding verwijdert wat is achtergebleven voordat zij iets anders doet.

    { mail-footer }

mail-live-subject = { $publisher }/{ $offer }: versie { $version } is live
mail-live-body =
    Versie { $version } van de aanbieding is live.

    { mail-facts }

    { mail-footer }

mail-left-behind = De stap ‘{ $step }’ heeft dit achtergelaten; de volgende publicatie zal het als eerste verwijderen: { $step }
