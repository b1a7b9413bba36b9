### Messages of steps and operations, in Polish. They are HTML text: no markup here.

note-step-completed = Krok został ukończony.
note-step-retry = Próba { $attempt } z { $of } nie powiodła się i zostanie powtórzona: { $reason }
note-step-failed = Krok się nie powiódł: { $reason }
note-step-rejected =
    { $reason ->
        [0] Krok odrzucony przez: { $by }. Powód: -
       *[other] Krok odrzucony przez: { $by }. Powód: { $reason }
    }
note-step-approved = Krok zatwierdzony przez: { $by }.
note-step-stopped = Krok został przerwany, ponieważ operację anulowano.
note-undo-completed = Krok „{ $step }” został cofnięty.
note-undo-retry = Próba { $attempt } cofnięcia kroku „{ $step }” nie powiodła się i zostanie powtórzona: { $reason }
note-undo-failed = Nie udało się cofnąć kroku „{ $step }”: { $reason }
note-undo-given-up = Krok „{ $step }” nie został cofnięty: cofania zaniechano.
note-left-behind = Po kroku „{ $step }” pozostało to, co następna publikacja usunie w pierwszej kolejności: wszystko, co utworzył ten krok
note-leftover-removed = Pozostałości po kroku „{ $step }” wcześniejszej operacji zostały usunięte.
note-waiting-for-approval = Krok czeka, aż recenzent go zatwierdzi lub odrzuci.
note-waiting-for-signoff = Podgląd jest gotowy. Sprawdź go, a potem wywołaj golive, aby go zatwierdzić, albo cancel, aby wycofać publikację.
note-signed-off = Podgląd zatwierdzony przez: { $by }.
note-preview-filled = Slot preview zawiera teraz wersję { $version } oferty.
note-preview-restored = Slot preview jest znów taki jak przed operacją.
note-production-switched = Slot production zawiera teraz wersję { $version } oferty.
note-cancel-requested =
    { $reason ->
        [0] O anulowanie operacji wystąpił użytkownik { $by }.
       *[other] O anulowanie operacji wystąpił użytkownik { $by }. Powód: { $reason }
    }
note-forced =
    { $reason ->
        [0] Operację zakończył siłowo użytkownik { $by }. Nie cofnięto kroków: { $given_up }.
       *[other] Operację zakończył siłowo użytkownik { $by }. Nie cofnięto kroków: { $given_up }. Powód: { $reason }
    }
note-killed =
    { $reason ->
        [0] Operację zakończył operator serwera ({ $by }). Nie cofnięto kroków: { $given_up }.
       *[other] Operację zakończył operator serwera ({ $by }). Nie cofnięto kroków: { $given_up }. Powód: { $reason }
    }
note-killed-after-switch =
    { $reason ->
        [0] Operator serwera ({ $by }) zakończył operację po przełączeniu slotu production, więc została od razu ukończona.
       *[other] Operator serwera ({ $by }) zakończył operację po przełączeniu slotu production, więc została od razu ukończona. Powód: { $reason }
    }
note-canceled-by =
    { $reason ->
        [0] Operacja anulowana przez: { $by }.
       *[other] Operacja anulowana przez: { $by }. Powód: { $reason }
    }
note-cancellation-completed = Anulowanie zostało ukończone. Po anulowanej operacji nic nie pozostało.
note-cancellation-failed = Anulowanie się nie powiodło i tym samym operacja też zakończyła się niepowodzeniem. Inne komunikaty podają, co pozostało.
note-warning = Ostrzeżenie: { $code } ({ $target }): { $text }
note-operation-failed = Operacja nie powiodła się w kroku „{ $step }”: { $reason }
note-accepted = { $hook } przyjmuje żądanie i pracuje nad nim.
note-said = { $hook } informuje: { $text }
note-not-reached = { $hook } nie udziela odpowiedzi; pytanie zostanie ponowione: { $reason }
note-step-unanswered = Krok nie powiódł się, ponieważ { $hook } nie udziela odpowiedzi przed upływem terminu.
note-undo-unanswered = { $hook } nie potwierdza przed upływem terminu, czy krok „{ $step }” został wycofany. Krok uznaje się za wycofany, zgodnie z ustawieniami; należy zapytać { $hook }, czy coś pozostało.
note-undo-overdue = Nie udało się wycofać kroku „{ $step }”: { $hook } nie udziela odpowiedzi przed upływem terminu.
note-finding = Ustalenie { $code } ({ $target }): { $text }
