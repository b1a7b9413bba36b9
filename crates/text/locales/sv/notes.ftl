### Messages of steps and operations, in Swedish. They are HTML text: no markup here.

note-step-completed = Steget är klart.
note-step-retry = Försök { $attempt } av { $of } misslyckades och upprepas: { $reason }
note-step-failed = Steget misslyckades: { $reason }
note-step-rejected =
    { $reason ->
        [0] { $by } avslog steget: -
       *[other] { $by } avslog steget: { $reason }
    }
note-step-approved = { $by } godkände steget.
note-step-stopped = Steget stoppades eftersom åtgärden avbröts.
note-undo-completed = Steget ”{ $step }” har ångrats.
note-undo-retry = Försök { $attempt } att ångra steget ”{ $step }” misslyckades och upprepas: { $reason }
note-undo-failed = Steget ”{ $step }” kunde inte ångras: { $reason }
note-undo-given-up = Steget ”{ $step }” har inte ångrats: ångrandet gavs upp.
note-left-behind = Steget ”{ $step }” har lämnat detta efter sig, som nästa publicering tar bort först: det som steget hade skapat
note-leftover-removed = Det som en tidigare åtgärd hade lämnat efter sig i steget ”{ $step }” har tagits bort.
note-waiting-for-approval = Steget väntar på att en granskare godkänner eller avslår det.
note-waiting-for-signoff = Förhandsversionen är klar. Granska den och anropa sedan golive för att godkänna den, eller cancel för att dra tillbaka publiceringen.
note-signed-off = { $by } godkände förhandsversionen.
note-preview-filled = Platsen preview innehåller nu version { $version } av erbjudandet.
note-preview-restored = Platsen preview är åter som den var före åtgärden.
note-production-switched = Platsen production innehåller nu version { $version } av erbjudandet.
note-cancel-requested =
    { $reason ->
        [0] { $by } begärde att åtgärden avbryts.
       *[other] { $by } begärde att åtgärden avbryts: { $reason }
    }
note-forced =
    { $reason ->
        [0] { $by } avslutade åtgärden med tvång. De här stegen har inte ångrats: { $given_up }.
       *[other] { $by } avslutade åtgärden med tvång. De här stegen har inte ångrats: { $given_up }. Orsak: { $reason }
    }
note-killed =
    { $reason ->
        [0] Serverns operatör ({ $by }) avslutade åtgärden. De här stegen har inte ångrats: { $given_up }.
       *[other] Serverns operatör ({ $by }) avslutade åtgärden. De här stegen har inte ångrats: { $given_up }. Orsak: { $reason }
    }
note-killed-after-switch =
    { $reason ->
        [0] Serverns operatör ({ $by }) avslutade åtgärden efter att platsen production hade bytts, så den är klar genast.
       *[other] Serverns operatör ({ $by }) avslutade åtgärden efter att platsen production hade bytts, så den är klar genast. Orsak: { $reason }
    }
note-canceled-by =
    { $reason ->
        [0] { $by } avbröt åtgärden.
       *[other] { $by } avbröt åtgärden: { $reason }
    }
note-cancellation-completed = Avbrytningen är klar. Ingenting av den avbrutna åtgärden finns kvar.
note-cancellation-failed = Avbrytningen misslyckades, och därmed slutade även åtgärden som misslyckad. Andra meddelanden anger vad som finns kvar.
note-warning = Varning: { $code } ({ $target }): { $text }
note-operation-failed = Åtgärden misslyckades i steget ”{ $step }”: { $reason }
note-accepted = { $hook } har tagit emot begäran och arbetar med den.
note-said = { $hook } meddelar: { $text }
note-not-reached = { $hook } gav inget svar och tillfrågas igen: { $reason }
note-step-unanswered = Steget misslyckades eftersom { $hook } inte svarade inom tidsfristen.
note-undo-unanswered = { $hook } meddelade inte inom tidsfristen om steget ”{ $step }” har ångrats. Steget räknas som ångrat, så som inställningarna kräver; fråga { $hook } om något finns kvar.
note-undo-overdue = Steget ”{ $step }” kunde inte ångras: { $hook } svarade inte inom tidsfristen.
note-finding = Anmärkning { $code } ({ $target }): { $text }
