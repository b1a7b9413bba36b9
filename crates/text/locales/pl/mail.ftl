### Mails about an operation, in Polish: plain text.

mail-kind =
    { $kind ->
        [goLive] udostępnienie
       *[publish] publikacja
    }
mail-facts =
    Wydawca: { $publisher }
    Oferta: { $offer }
    Operacja: { $operation } ({ mail-kind })
mail-footer = Otrzymujesz tę wiadomość, ponieważ Twój adres jest na liście osób śledzących tę operację.

mail-started-subject = { $publisher }/{ $offer }: { mail-kind } – rozpoczęto
mail-started-body =
    Rozpoczęła się operacja na ofercie.

    { mail-facts }

    Otrzymasz wiadomość, gdy będzie wymagać Twojego działania albo gdy się zakończy.

    { mail-footer }

mail-waiting-for-signoff-subject = { $publisher }/{ $offer }: oczekiwanie na Twoje zatwierdzenie
mail-waiting-for-signoff-body =
    Podgląd oferty jest gotowy i czeka na Twoje zatwierdzenie.

    { mail-facts }

    Sprawdź podgląd. Potem wywołaj golive, aby udostępnić ofertę, albo cancel, aby wycofać publikację.

    { mail-footer }

mail-failed-subject = { $publisher }/{ $offer }: { mail-kind } – niepowodzenie
mail-failed-body =
    Operacja na ofercie się nie powiodła.

    { mail-facts }

    { $findings ->
        [0] Przyczynę podają komunikaty operacji; po jej usunięciu rozpocznij operację ponownie.
       *[other]
            Znalezione błędy:
            { $findings }

            Popraw je, a potem rozpocznij operację ponownie.
    }

    { mail-footer }

mail-canceled-subject = { $publisher }/{ $offer }: { mail-kind } – operację anulowano
mail-canceled-body =
    Operacja na ofercie została anulowana. Nic po niej nie pozostało.

    { mail-facts }
    Anulowana przez: { $by }
    Powód: { $reason ->
        [0] nie podano
       *[other] { $reason }
    }

    { mail-footer }

mail-cancellation-failed-subject = { $publisher }/{ $offer }: anulowanie się nie powiodło
mail-cancellation-failed-body =
    Anulowanie operacji się nie powiodło i tym samym operacja też zakończyła się niepowodzeniem.

    { mail-facts }

    { $left ->
        [0] Komunikaty anulowania podają, co pozostało.
       *[other]
            Pozostało:
            { $left }
    }

    Następna publikacja oferty usunie pozostałości, zanim zrobi cokolwiek innego.

    { mail-footer }

mail-live-subject = { $publisher }/{ $offer }: wersja { $version } jest udostępniona
mail-live-body =
    Wersja { $version } oferty jest udostępniona.

    { mail-facts }

    { mail-footer }

mail-left-behind = Po kroku „{ $step }” pozostało to, co następna publikacja usunie w pierwszej kolejności: { $step }
