### Findings of validation, in Polish. Member names, keys and codes stay as the wire spells them.

finding-missing-field = W ofercie brakuje „{ $field }”. Uzupełnij tę wartość.
finding-wrong-type = Wartość „{ $field }” ma niewłaściwy typ. Wyślij { $expected ->
    [text] tekst w cudzysłowie
    [number] liczbę
    [boolean] true lub false
    [list] listę w nawiasach kwadratowych
   *[object] obiekt w nawiasach klamrowych
}.
finding-invalid-email = „{ $field }” nie zawiera adresu e-mail. Podaj adres, na przykład name@example.com.
finding-invalid-url = „{ $field }” nie zawiera adresu internetowego. Podaj pełny adres zaczynający się od https:// lub http://.
finding-missing-category = Oferta nie ma kategorii. Dodaj co najmniej jedną w „{ $field }”.
finding-flat-categories = „{ $field }” podaje kategorie w starej postaci, której kluczy nikt nie sprawdza. Podaj je zamiast tego w „{ $right }”.
finding-unknown-category = „{ $key }” nie jest kluczem kategorii dla ofert typu { $offer_type }. Czy chodziło o jeden z kluczy: { $near }? Wszystkie klucze są pod adresem { $address }.
finding-unknown-subcategory = Kategoria „{ $category }” nie ma podkategorii „{ $key }”. Czy chodziło o jeden z kluczy: { $near }? Wszystkie klucze są pod adresem { $address }.
finding-misplaced-keys = „{ $field }” nie pasuje do klucza pierwszego poziomu obok. Zmień nazwę na „{ $right }” albo przenieś do osobnego elementu.
finding-industries-not-allowed = Oferty typu { $offer_type } nie mają branż. Usuń to pole.
finding-unknown-industry = „{ $key }” nie jest kluczem branży dla tego typu oferty. Czy chodziło o jeden z kluczy: { $near }? Wszystkie klucze są pod adresem { $address }.
finding-unknown-subindustry = Branża „{ $industry }” nie ma klucza „{ $key }”. Czy chodziło o jeden z kluczy: { $near }? Wszystkie klucze są pod adresem { $address }.
finding-missing-plan = Oferta nie ma planu. Dodaj co najmniej jeden w „plans”.
finding-invalid-plan-id = „{ $plan }” nie może być identyfikatorem planu. Użyj najwyżej 50 liter, cyfr, łączników, podkreśleń i kropek, zaczynając od litery lub cyfry.
finding-duplicate-plan-id = Identyfikator planu „{ $plan }” występuje dwa razy. Nadaj każdemu planowi i każdej generacji dysku własny identyfikator.
finding-missing-image = Plan nie ma obrazu maszyny. Dodaj do „{ $field }” wersję z „osVhdUrl”.
finding-sas-incomplete = Sygnatura dostępu współdzielonego tego adresu nie ma parametru „{ $parameter }”, więc może nie działać. Utwórz sygnaturę z uprawnieniami (sp) i terminem ważności (se).
finding-sas-lacks-read = Sygnatura dostępu współdzielonego tego adresu nie pozwala na odczyt. Utwórz nową z uprawnieniami (sp) rl.
finding-sas-lacks-list = Sygnatura dostępu współdzielonego tego adresu nie pozwala na wyliczanie zawartości. Utwórz nową z uprawnieniami (sp) rl.
finding-sas-name-behind = Nazwa pliku stoi za sygnaturą tego adresu. Umieść ją na końcu ścieżki, przed znakiem zapytania.
finding-sas-expired = Sygnatura dostępu współdzielonego tego adresu wygasła { $expired }. Utwórz nową, ważną przez cały czas publikowania.
finding-sas-expires-soon = Sygnatura dostępu współdzielonego tego adresu wygasa { $expires }, za mniej niż dobę. Utwórz nową, ważną przez cały czas publikowania.
finding-sas-not-yet-valid = Sygnatura dostępu współdzielonego tego adresu jest ważna dopiero od { $starts }. Utwórz taką, która jest ważna teraz.
finding-sas-expiry-unreadable = Sygnatura dostępu współdzielonego tego adresu ma termin ważności (se) „{ $value }”, który nie jest czasem. Utwórz nową z terminem takim jak 2030-01-31T12:00:00Z.
finding-sas-start-unreadable = Sygnatura dostępu współdzielonego tego adresu ma początek (st) „{ $value }”, który nie jest czasem. Utwórz nową z początkiem takim jak 2030-01-31T12:00:00Z albo bez początku.
finding-duplicate-lun = Dwa dyski danych tego obrazu mają LUN { $lun }. Nadaj każdemu z nich własny numer.
finding-missing-price = Plan nie ma ceny. Podaj w „{ $field }” cenę za rdzeń, cenę dla każdej liczby rdzeni, arkusz albo isByol true.
finding-unknown-core-size = Nie ma rozmiaru rdzeni „{ $size }”. Czy chodziło o jeden z rozmiarów: { $near }? Wszystkie rozmiary są pod adresem { $address }.
finding-negative-price = Cena { $price } jest mniejsza od zera. Podaj 0 lub więcej.
finding-invalid-price = „{ $price }” nie jest ceną. Podaj liczbę dziesiętną z kropką, na przykład 0.25.
finding-unknown-currency = Planów nie można wycenić w walucie „{ $currency }”. Użyj trzyliterowego kodu regionu, w którym plany są sprzedawane, na przykład USD; wszystkie regiony są pod adresem { $address }.
finding-region-unpriced = Dla regionu „{ $region }” nie ma waluty, więc plan nie ma tam ceny. Usuń region, jeśli nie jest to zamierzone.
finding-invalid-region = „{ $region }” nie jest kodem regionu. Czy chodziło o jeden z regionów: { $near }? Wszystkie regiony są pod adresem { $address }.
finding-more-warnings = Ostrzeżeń jest o { $count } więcej, niż tu wymieniono. Popraw najpierw te, a potem sprawdź ponownie.
finding-path-decides = Treść podaje jako { $field } „{ $sent }”, a ścieżka „{ $path }”. Liczy się ścieżka; pomiń ten element albo wyślij to, co jest w ścieżce.
