### Errors of the API, in Polish.
### Words: wydawca (publisher), oferta, operacja, krok, slot, publikacja (publish), udostępnienie (go live), zatwierdzenie (sign-off), anulowanie.

error-token-missing = Żądanie nie zawiera tokenu typu Bearer. Wyślij nagłówek „Authorization: Bearer”, a po nim token z punktu końcowego tokenów.
error-token-malformed = Nagłówek Authorization nie zawiera poprawnie zbudowanego tokenu. Wyślij słowo Bearer, spację i token dokładnie w takiej postaci, w jakiej zwrócił go punkt końcowy tokenów.
error-token-expired = Token wygasł. Pobierz nowy z punktu końcowego tokenów i powtórz wywołanie.
error-token-signature = Podpis tokenu nie pasuje do żadnego opublikowanego klucza jego wystawcy. Pobierz nowy token i wyślij go bez zmian.
error-token-audience = Token jest przeznaczony dla innego odbiorcy. Pobierz token dla: „{ $expected }”.
error-token-issuer = Wystawca tokenu „{ $issuer }” nie jest tu zaufany. Pobierz token od wystawcy, któremu ten serwer ufa zgodnie ze swoją konfiguracją.
error-invalid-api-version = Brakuje parametru zapytania api-version lub jego wartość jest nieznana. Wyślij jedną z wartości: { $known }.
error-not-a-member = Nie należysz do wydawcy „{ $publisher }”. Sprawdź identyfikator wydawcy albo poproś jego właściciela o dodanie Cię.
error-role-forbids = Twoja rola „{ $role }” nie pozwala na to wywołanie. Poproś właściciela wydawcy o rolę, która na to pozwala.
error-role-forbids-force = Twoja rola „{ $role }” nie pozwala na siłowe zakończenie. Poproś o to właściciela wydawcy albo anuluj bez użycia siły.
error-operator-only = Może to zrobić tylko operator tego serwera. Wyślij token operatora albo zwróć się do operatora.
error-taken-for =
    { $kind ->
        [operator] Serwer uważa Cię za swojego operatora („{ $caller }”).
        [person] Serwer uważa Cię za osobę „{ $caller }”.
       *[app] Serwer uważa Cię za aplikację „{ $caller }”.
    }
error-self-review = Ta operacja została rozpoczęta przez Ciebie, a ten wydawca nie pozwala jej autorowi zatwierdzić kroku „{ $step }”. Poproś innego recenzenta albo odrzuć krok.
error-last-owner = Wydawca „{ $publisher }” zostałby bez właściciela. Najpierw uczyń właścicielem innego członka albo zwróć się do operatora serwera.
error-invalid-name = „{ $value }” nie może być wartością pola { $field }. Użyj od 1 do { $limit } widocznych znaków ASCII bez „/”; nazwa „operator” jest zajęta, a osobę zapisuje się jako user: i identyfikator.
error-hidden-characters = „{ $field }” zawiera znaki sterujące albo znaki niewidoczne lub zmieniające kierunek tekstu. Usuń je.
error-no-token-endpoint = Ten serwer sam nie wydaje tokenów: ufa tokenom wystawcy „{ $issuer }”. Zarejestruj tam klienta i uczyń go tutaj członkiem wydawcy.
error-too-many-publishes = Rozpoczęto tyle operacji, na ile pozwala ten serwer, czyli { $limit } na godzinę. Poczekaj tak długo, jak podaje nagłówek Retry-After, a potem wyślij żądanie ponownie.
error-too-many-recipients = Żądania dotyczące tego wydawcy wymieniły tyle adresów e-mail, na ile pozwala ten serwer, czyli { $limit } na godzinę. Podaj ich mniej w metadata.notification-emails albo poczekaj tak długo, jak podaje nagłówek Retry-After.
error-offer-not-found = Ten wydawca nie ma oferty „{ $offer }”. Sprawdź identyfikator oferty albo pobierz listę ofert, aby zobaczyć, które istnieją.
error-operation-not-found = Nie ma tu operacji „{ $operation }”. Sprawdź identyfikator lub adres albo pobierz listę operacji oferty.
error-version-not-found = Oferta nie ma wersji „{ $version }”. Pobierz ofertę, aby zobaczyć jej najnowszą wersję.
error-slot-not-found = Oferta nie ma niczego w slocie „{ $slot }”. Sloty to draft, preview (wypełnia go publish) i production (wypełnia go golive).
error-publisher-not-found = Nie ma wydawcy „{ $publisher }”. Sprawdź identyfikator wydawcy albo pobierz listę swoich wydawców.
error-step-not-found = Operacja nie ma kroku „{ $step }”. Użyj jednego z jej kroków: { $known }.
error-path-not-found = Pod ścieżką „{ $path }” niczego nie ma. Porównaj jej pisownię z opisem interfejsu API.
error-method-not-allowed = Ścieżka „{ $path }” nie obsługuje metody { $method }. Użyj jednej z metod podanych w nagłówku Allow tej odpowiedzi.
error-payload-too-large = Treść jest zbyt duża; limit w bajtach wynosi { $limit_bytes }. Wyślij mniejszą.
error-unsupported-media-type = Content-Type treści to „{ $got }”, a przyjmowany jest tylko application/json. Wyślij JSON i podaj to w nagłówku.
error-invalid-json = Treść nie jest poprawnym dokumentem JSON (wiersz { $line }, kolumna { $column }): { $detail }. Popraw ją i wyślij ponownie.
error-body-shape = Element „{ $field }” treści ma niewłaściwy typ. Wyślij go jako: { $expected }.
error-body-missing = W treści brakuje elementu „{ $field }”. Dodaj go i wyślij żądanie ponownie.
error-repeated-member = Treść zawiera element „{ $field }” więcej niż raz, więc nie wiadomo, który się liczy. Wyślij go jeden raz.
error-reserved-member = Element „{ $field }” treści ma zastrzeżoną nazwę. Zmień ją.
error-id-taken = „{ $offer }” różni się od istniejącego offerId „{ $existing }” tylko wielkością liter. Użyj „{ $existing }”, jeśli o niego chodzi, albo wybierz inny identyfikator dla nowego.
error-invalid-email = „{ $address }” w metadata.notification-emails nie jest adresem e-mail. Popraw go, a kilka adresów oddziel przecinkami.
error-too-many-emails = metadata.notification-emails zawiera zbyt wiele adresów. Wyślij ich najwyżej { $limit }.
error-too-long = Wartość „{ $field }” jest zbyt długa. Skróć ją; dopuszczalna liczba znaków to { $limit }.
error-invalid-filter = Nie można filtrować według „{ $detail_value }”. Użyj jednej z możliwości: { $known }.
error-invalid-id = „{ $value }” nie jest poprawną wartością „{ $field }”. Istniejący identyfikator wyślij dokładnie tak, jak pokazuje go serwer; nowy może zawierać litery, cyfry, łączniki i podkreślenia.
error-conflicting-operation-id = operationId w zapytaniu i operationId w treści wskazują różne operacje. Wyślij tylko jeden z nich albo w obu miejscach ten sam.
error-invalid-flag = „{ $value }” nie jest poprawną wartością parametru „{ $field }”. Wyślij true lub false albo pomiń go.
error-repeatability-incomplete = Żądanie ma nagłówek { $sent }, ale brakuje w nim { $missing }. Wyślij oba nagłówki albo żadnego.
error-invalid-request-id = Nie można użyć Repeatability-Request-ID. Wyślij go raz, jako GUID albo inny tekst z widocznych znaków ASCII; dopuszczalna liczba znaków to { $limit }.
error-invalid-first-sent = Repeatability-First-Sent nie jest datą. Wyślij ją raz, w GMT i w tej postaci: Sun, 06 Nov 1994 08:49:37 GMT.
error-first-sent-out-of-range = Repeatability-First-Sent musi przypadać w ciągu ostatnich 24 godzin, więc nie wiadomo już, czy żądanie zostało wykonane. Sprawdź swój zegar i stan oferty, a potem wyślij nowe żądanie z nowym Repeatability-Request-ID.
error-request-id-reused = Ten Repeatability-Request-ID należy do innego żądania. Powtórz tamto bez zmian albo wyślij to z nowym identyfikatorem.
error-repeatability-not-supported = Tego wywołania nie można powtarzać w ten sposób. Wyślij je bez Repeatability-Request-ID i Repeatability-First-Sent.
error-unknown-offer-type = Wartość offerTypeId „{ $offer_type }” jest nieznana. Użyj jednej z wartości: { $known }.
error-offer-type-changed = Oferta ma offerTypeId „{ $stored }”, którego nie można zmienić na „{ $sent }”. Wyślij zapisaną wartość albo utwórz inną ofertę z nowym identyfikatorem.
error-precondition-failed = Oferta się zmieniła: If-Match zawiera { $sent }, a to już nie jest jej ETag. Pobierz ofertę ponownie, wprowadź w niej swoją zmianę i wyślij jej ETag.
error-create-with-tag = Oferta nie istnieje, więc nic nie odpowiada nagłówkowi If-Match. Sprawdź identyfikator oferty albo wyślij żądanie bez If-Match, aby ją utworzyć.
error-publisher-exists = Wydawca „{ $publisher }” już istnieje. Wybierz inny identyfikator albo wyślij żądanie bez If-None-Match, aby go zmienić.
error-missing-if-match = Oferta już istnieje, więc nagłówek If-Match jest wymagany. Wyślij If-Match z odczytaną wartością ETag albo z *, aby zastąpić dowolny stan.
error-operation-in-progress =
    { $kind ->
        [goLive] Udostępnienie oferty „{ $operation }” jeszcze trwa.
        [cancel] Anulowanie operacji oferty „{ $operation }” jeszcze trwa.
       *[publish] Publikacja oferty „{ $operation }” jeszcze trwa.
    } Poczekaj na zakończenie, a potem wyślij żądanie ponownie.
error-waiting-for-signoff = Publikacja „{ $operation }” czeka na Twoje zatwierdzenie. Wywołaj golive, aby ją dokończyć, albo cancel, aby ją wycofać.
error-cancellation-in-progress = Anulowanie „{ $cancellation }” jeszcze trwa. Poczekaj na zakończenie, a potem wyślij żądanie ponownie.
error-no-operation-in-progress = Żadna operacja oferty „{ $offer }” nie jest w toku, więc nie ma czego anulować. Odczytaj status oferty, aby zobaczyć, jak zakończyła się najnowsza operacja.
error-past-point-of-no-return = Krok „{ $step }” już się rozpoczął i nie można go cofnąć, więc operacji nie można już anulować. Będzie trwać do końca; aby zastąpić jej wynik, opublikuj ofertę ponownie po jej zakończeniu.
error-force-past-point-of-no-return = Krok „{ $step }” już się rozpoczął i nie można go cofnąć, więc operacji nie można zakończyć także siłowo. Może to zrobić operator tego serwera: signoff operation kill.
error-force-past-switch = Krok „{ $step }” przełączył już slot production, więc operacja może się tylko ukończyć i nie można zakończyć jej siłowo. Jeśli sama się nie ukończy, operator tego serwera może ukończyć ją od razu: signoff operation kill.
error-already-undoing = Krok „{ $step }” się nie powiódł i operacja jest już cofana, więc nie można jej anulować. Zakończy się niepowodzeniem; potem opublikuj ofertę ponownie.
error-operation-not-running = Operacja „{ $operation }” nie jest tą, która trwa, więc niczego nie anulowano. Pobierz listę operacji oferty i wskaż tę, która trwa.
error-cancellation-failed = Anulowanie „{ $cancellation }” się nie powiodło i tym samym operacja też zakończyła się niepowodzeniem. Komunikaty anulowania podają, co pozostało; następna publikacja usunie to w pierwszej kolejności.
error-not-ready-for-go-live = Oferty nie można udostępnić, gdy jej status to „{ $status }”. Opublikuj ją i poczekaj, aż jej status zmieni się na waitingForPublisherReview.
error-step-not-waiting = Status kroku „{ $step }” to „{ $state }”, więc nie ma czego zatwierdzać ani odrzucać. Zrób to, gdy jego status to waitingForApproval.
error-validation-failed =
    { $count ->
        [one] Wersji roboczej nie można opublikować; znaleziono jeden błąd.
        [few] Wersji roboczej nie można opublikować; znaleziono { $count } błędy.
        [many] Wersji roboczej nie można opublikować; znaleziono { $count } błędów.
       *[other] Wersji roboczej nie można opublikować; znaleziono { $count } błędu.
    } Popraw to, co wymieniono w details tego błędu, a potem opublikuj ponownie.
error-no-such-scenario-operation = Żadna operacja oferty „{ $offer }” nie jest w toku, więc nie można zwolnić żadnego kroku. Najpierw rozpocznij operację.
error-unknown-scenario-step = Scenariusz wymienia krok „{ $step }”, którego nie ma w potoku oferty. Użyj jednego z kroków: { $known }.
error-invalid-duration = „{ $value }” w „{ $field }” nie jest czasem trwania. Wyślij liczbę i jednostkę (ms, s, m, h lub d), na przykład 300ms albo 3d.
error-invalid-scenario = Nie można użyć elementu „{ $field }” scenariusza: { $detail }. Popraw go i wyślij scenariusz ponownie.
error-invalid-fault = Nie można użyć elementu „{ $field }” reguły błędu: { $detail }. Popraw go i wyślij regułę ponownie.
error-clock-timeout = Zegar został przesunięty, ale następujące zdarzenia nie zaszły w terminie: { $pending }. Odczytaj stan tych operacji, aby znaleźć przyczynę.
error-clock-left = Ten serwer jest zatrzymywany i nie pozwala już płynąć czasowi. Zegar wskazuje { $now }: przesuń go o brakujący czas na innym serwerze albo na tym, gdy znów będzie działać.
error-snapshot-invalid = Nie można przywrócić stanu z pliku: { $detail }. Wyślij bez zmian plik zwrócony przez wywołanie snapshot tego serwera.
error-body-too-slow = Treść nie dotarła w ciągu 30 sekund. Wyślij żądanie ponownie przez szybsze łącze albo z mniejszą treścią.
error-malformed-request = Żądanie nie jest poprawnym HTTP/1.1. Sprawdź jego pierwszy wiersz i nagłówki: w adresie cudzysłowy, spacje, < i > muszą być zakodowane procentowo.
error-head-too-large = Pierwszy wiersz i nagłówki żądania są większe niż { $bytes } bajtów albo nagłówków jest więcej niż { $headers }. Wyślij mniej nagłówków lub krótsze oraz krótszy adres.
error-too-many-connections = Twój adres ma już { $limit } otwartych połączeń, które nie okazały ważnego tokenu. Zamknij niektóre lub użyj jednego ponownie i spróbuj znowu, gdy wskaże to Retry-After.
error-starting = Serwer się uruchamia. Poczekaj tak długo, jak podaje nagłówek Retry-After, a potem wyślij żądanie ponownie.
error-unsupported-encoding = Content-Encoding treści to „{ $got }”, a przyjmowana jest tylko treść bez kodowania. Wyślij treść bez kompresji.
error-body-broken = Treść skończyła się za wcześnie albo jej fragmenty są niepoprawne. Wyślij całość, z właściwym Content-Length lub w poprawnych fragmentach (chunks).
error-host-not-allowed = Host „{ $host }” nie jest obsługiwany w trybie deweloperskim. Użyj localhost lub 127.0.0.1 albo podaj ten host w ustawieniu allowed_hosts.
error-origin-needs-json = Żądanie z nagłówkiem Origin, które coś zmienia, musi mieć Content-Type application/json. Ustaw go albo nie wysyłaj nagłówka Origin.
error-invalid-host = Żądanie musi mieć dokładnie jeden nagłówek Host z poprawną nazwą hosta. Wyślij jeden.
error-too-busy = Napływa zbyt wiele żądań. Poczekaj tak długo, jak podaje nagłówek Retry-After, a potem wyślij żądanie ponownie.
error-unavailable = Serwer nie może teraz odpowiedzieć. Poczekaj tak długo, jak podaje nagłówek Retry-After, a potem wyślij żądanie ponownie.
error-internal = Serwer nie zdołał przetworzyć żądania. Wyślij je ponownie; jeśli i to się nie powiedzie, podaj operatorowi serwera identyfikator żądania { $request_id }.
error-store-conflict = Napłynęło zbyt wiele zmian jednocześnie i ta nie została zapisana. Pobierz ofertę ponownie i powtórz żądanie.
error-webhook-signature = Wywołanie zwrotne nie jest podpisane tak, jak trzeba. Podpisz identyfikator, czas i treść sekretem webhooka i wyślij nagłówki webhook-id, webhook-timestamp i webhook-signature; czas może się różnić najwyżej o pięć minut.
error-callback-not-awaited = Nikt nie czeka na tę odpowiedź dotyczącą kroku „{ $step }”. Udzielono już innej odpowiedzi, krok anulowano lub upłynął jego termin albo idempotencyKey należy do innego żądania. Nic nie zmieniono; zakończ pracę nad tym krokiem.
