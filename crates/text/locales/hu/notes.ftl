### Messages of steps and operations, in Hungarian. They are HTML text: no markup here.

note-step-completed = A lépés befejeződött.
note-step-retry = Sikertelen kísérlet ({ $attempt }/{ $of }), amely megismétlődik: { $reason }
note-step-failed = A lépés sikertelen: { $reason }
note-step-rejected =
    { $reason ->
        [0] { $by } elutasította a lépést: -
       *[other] { $by } elutasította a lépést: { $reason }
    }
note-step-approved = { $by } jóváhagyta a lépést.
note-step-stopped = A lépés leállt, mert a műveletet megszakították.
note-undo-completed = A lépés visszavonása megtörtént: „{ $step }”.
note-undo-retry = A lépés („{ $step }”) visszavonására tett kísérlet ({ $attempt }.) sikertelen volt, és megismétlődik: { $reason }
note-undo-failed = A lépést („{ $step }”) nem lehetett visszavonni: { $reason }
note-undo-given-up = A lépés („{ $step }”) visszavonása nem történt meg: a visszavonást feladták.
note-left-behind = A lépés („{ $step }”) után hátramaradt, és a következő közzététel először ezt távolítja el: mindaz, amit ez a lépés létrehozott
note-leftover-removed = Egy korábbi művelet maradványainak eltávolítása megtörtént ennél a lépésnél: „{ $step }”.
note-waiting-for-approval = A lépés arra vár, hogy egy bíráló jóváhagyja vagy elutasítsa.
note-waiting-for-signoff = Az előnézet elkészült. Tekintse át, majd a jóváhagyáshoz hívja a golive, a közzététel visszavonásához a cancel végpontot.
note-signed-off = { $by } jóváhagyta az előnézetet.
note-preview-filled = A preview tárolóhelyen mostantól az ajánlat { $version }. verziója van.
note-preview-restored = A preview tárolóhely ismét olyan, amilyen a művelet előtt volt.
note-production-switched = A production tárolóhelyen mostantól az ajánlat { $version }. verziója van.
note-cancel-requested =
    { $reason ->
        [0] { $by } a művelet megszakítását kérte.
       *[other] { $by } a művelet megszakítását kérte: { $reason }
    }
note-forced =
    { $reason ->
        [0] { $by } kényszerrel befejezte a műveletet. Ezeknek a lépéseknek a visszavonása nem történt meg: { $given_up }.
       *[other] { $by } kényszerrel befejezte a műveletet. Ezeknek a lépéseknek a visszavonása nem történt meg: { $given_up }. Az ok: { $reason }
    }
note-killed =
    { $reason ->
        [0] A kiszolgáló üzemeltetője ({ $by }) befejezte a műveletet. Ezeknek a lépéseknek a visszavonása nem történt meg: { $given_up }.
       *[other] A kiszolgáló üzemeltetője ({ $by }) befejezte a műveletet. Ezeknek a lépéseknek a visszavonása nem történt meg: { $given_up }. Az ok: { $reason }
    }
note-killed-after-switch =
    { $reason ->
        [0] A kiszolgáló üzemeltetője ({ $by }) a production tárolóhely váltása után fejezte be a műveletet, ezért az azonnal befejeződött.
       *[other] A kiszolgáló üzemeltetője ({ $by }) a production tárolóhely váltása után fejezte be a műveletet, ezért az azonnal befejeződött. Az ok: { $reason }
    }
note-canceled-by =
    { $reason ->
        [0] { $by } megszakította a műveletet.
       *[other] { $by } megszakította a műveletet: { $reason }
    }
note-cancellation-completed = A megszakítás befejeződött. A megszakított műveletből semmi sem maradt hátra.
note-cancellation-failed = A megszakítás sikertelen volt, és ezzel a művelet is sikertelenként ért véget. Más üzenetek közlik, mi maradt hátra.
note-warning = Figyelmeztetés: { $code } ({ $target }): { $text }
note-operation-failed = A művelet ennél a lépésnél sikertelen volt: „{ $step }”. Az ok: { $reason }
note-accepted = { $hook } átvette a kérést, és dolgozik rajta.
note-said = { $hook } üzenete: { $text }
note-not-reached = { $hook } nem adott választ, ezért később újra meg lesz kérdezve: { $reason }
note-step-unanswered = A lépés meghiúsult, mert { $hook } nem válaszolt a határidő előtt.
note-undo-unanswered = { $hook } nem jelezte a határidő előtt, hogy a(z) „{ $step }” lépés vissza lett-e vonva. A lépés a beállítások szerint visszavontnak számít; kérdezze meg, hogy maradt-e hátra valami: { $hook }.
note-undo-overdue = A(z) „{ $step }” lépést nem sikerült visszavonni: { $hook } nem válaszolt a határidő előtt.
note-finding = Megállapítás { $code } ({ $target }): { $text }
