### Mails about an operation, in Hungarian: plain text.

mail-kind =
    { $kind ->
        [goLive] élesítés
       *[publish] közzététel
    }
mail-facts =
    Közzétevő: { $publisher }
    Ajánlat: { $offer }
    Művelet: { $operation } ({ mail-kind })
mail-footer = Azért kapja ezt az üzenetet, mert a címe szerepel azok listáján, akik ezt a műveletet követik.

mail-started-subject = { $publisher }/{ $offer }: { mail-kind } – megkezdődött
mail-started-body =
    Megkezdődött az ajánlat egyik művelete.

    { mail-facts }

    Értesítést kap, ha Önre van szükség, vagy ha a művelet véget ért.

    { mail-footer }

mail-waiting-for-signoff-subject = { $publisher }/{ $offer }: az Ön jóváhagyására vár
mail-waiting-for-signoff-body =
    Az ajánlat előnézete elkészült, és az Ön jóváhagyására vár.

    { mail-facts }

    Tekintse át az előnézetet. Ezután az ajánlat élesítéséhez hívja a golive, a közzététel visszavonásához a cancel végpontot.

    { mail-footer }

mail-failed-subject = { $publisher }/{ $offer }: { mail-kind } – sikertelen
mail-failed-body =
    Az ajánlat egyik művelete sikertelen volt.

    { mail-facts }

    { $findings ->
        [0] Az okot a művelet üzeneteiből tudhatja meg; ezután indítsa újra a műveletet.
       *[other]
            Kifogások:
            { $findings }

            Javítsa ki ezeket, majd indítsa újra a műveletet.
    }

    { mail-footer }

mail-canceled-subject = { $publisher }/{ $offer }: { mail-kind } – a művelet megszakadt
mail-canceled-body =
    Az ajánlat egyik műveletét megszakították. Semmi sem maradt hátra belőle.

    { mail-facts }
    Megszakította: { $by }
    Indok: { $reason ->
        [0] nincs megadva
       *[other] { $reason }
    }

    { mail-footer }

mail-cancellation-failed-subject = { $publisher }/{ $offer }: a megszakítás sikertelen
mail-cancellation-failed-body =
    Egy művelet megszakítása sikertelen volt, és ezzel a művelet is sikertelenként ért véget.

    { mail-facts }

    { $left ->
        [0] A megszakítás üzeneteiből megtudhatja, mi maradt hátra.
       *[other]
            Hátramaradt:
            { $left }
    }

    Az ajánlat következő közzététele minden más előtt eltávolítja, ami hátramaradt.

    { mail-footer }

mail-live-subject = { $publisher }/{ $offer }: élesítve, { $version }. verzió
mail-live-body =
    Az ajánlat { $version }. verziója éles.

    { mail-facts }

    { mail-footer }

mail-left-behind = A lépés („{ $step }”) után hátramaradt, és a következő közzététel először ezt távolítja el: { $step }
