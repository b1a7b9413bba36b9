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
finding-unknown-category = „{ $key }” nie jest kluczem kategorii dla ofert typu { $offer_type }. Użyj klucza z tabeli tego typu, litera po literze.
finding-unknown-subcategory = Kategoria „{ $category }” nie ma podkategorii „{ $key }”. Użyj jednej z jej podkategorii albo ją pomiń.
finding-misplaced-keys = „{ $field }” nie pasuje do klucza pierwszego poziomu obok. Zmień nazwę na „{ $right }” albo przenieś do osobnego elementu.
finding-industries-not-allowed = Oferty typu { $offer_type } nie mają branż. Usuń to pole.
finding-unknown-industry = „{ $key }” nie jest kluczem branży dla tego typu oferty. Użyj klucza z jego tabeli, litera po literze.
finding-unknown-subindustry = Branża „{ $industry }” nie ma klucza „{ $key }”. Użyj jednego z jej kluczy albo go pomiń.
finding-missing-plan = Oferta nie ma planu. Dodaj co najmniej jeden w „plans”.
finding-invalid-plan-id = „{ $plan }” nie może być identyfikatorem planu. Użyj najwyżej 50 liter, cyfr, łączników, podkreśleń i kropek, zaczynając od litery lub cyfry.
finding-duplicate-plan-id = Identyfikator planu „{ $plan }” występuje dwa razy. Nadaj każdemu planowi i każdej generacji dysku własny identyfikator.
finding-missing-image = Plan nie ma obrazu maszyny. Dodaj do „{ $field }” wersję z „osVhdUrl”.
finding-sas-incomplete = Sygnatura dostępu współdzielonego tego adresu nie ma parametru „{ $parameter }”, więc może nie działać. Utwórz sygnaturę z uprawnieniami (sp) i terminem ważności (se).
finding-sas-expired = Sygnatura dostępu współdzielonego tego adresu wygasła { $expired }. Utwórz nową, ważną przez cały czas publikowania.
finding-sas-expiry-unreadable = Sygnatura dostępu współdzielonego tego adresu ma termin ważności (se) „{ $value }”, który nie jest czasem. Utwórz nową z terminem takim jak 2030-01-31T12:00:00Z.
finding-duplicate-lun = Dwa dyski danych tego obrazu mają LUN { $lun }. Nadaj każdemu z nich własny numer.
finding-missing-price = Plan nie ma ceny. Podaj w „{ $field }” cenę za rdzeń, cenę dla każdej liczby rdzeni, arkusz albo isByol true.
finding-unknown-core-size = Nie ma rozmiaru rdzeni „{ $size }”. Użyj rozmiarów takich jak sharedcore, 1core, 2core i 416core.
finding-negative-price = Cena { $price } jest mniejsza od zera. Podaj 0 lub więcej.
finding-invalid-price = „{ $price }” nie jest ceną. Podaj liczbę dziesiętną z kropką, na przykład 0.25.
finding-unknown-currency = Planów nie można wycenić w walucie „{ $currency }”. Użyj trzyliterowego kodu regionu, w którym plany są sprzedawane, na przykład USD.
finding-region-unpriced = Dla regionu „{ $region }” nie ma waluty, więc plan nie ma tam ceny. Usuń region, jeśli nie jest to zamierzone.
finding-invalid-region = „{ $region }” nie jest kodem regionu. Użyj dwóch wielkich liter, na przykład US.
