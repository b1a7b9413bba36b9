### Findings of validation, in Swedish. Member names, keys and codes stay as the wire spells them.

finding-missing-field = Erbjudandet saknar ”{ $field }”. Fyll i det.
finding-wrong-type = Värdet för ”{ $field }” har fel typ. Skicka { $expected ->
    [text] text inom citattecken
    [number] ett tal
    [boolean] true eller false
    [list] en lista inom hakparenteser
   *[object] ett objekt inom klammerparenteser
}.
finding-invalid-email = ”{ $field }” innehåller ingen e-postadress. Ange en, till exempel name@example.com.
finding-invalid-url = ”{ $field }” innehåller ingen webbadress. Ange en fullständig adress som börjar med https:// eller http://.
finding-missing-category = Erbjudandet har ingen kategori. Lägg till minst en i ”{ $field }”.
finding-unknown-category = ”{ $key }” är ingen kategorinyckel för erbjudanden av typen { $offer_type }. Använd en nyckel ur tabellen för denna typ, bokstav för bokstav.
finding-unknown-subcategory = Kategorin ”{ $category }” har ingen underkategori ”{ $key }”. Använd en av dess egna underkategorier eller utelämna den.
finding-misplaced-keys = ”{ $field }” hör inte till nyckeln på första nivån bredvid. Byt namn till ”{ $right }” eller flytta den till en egen post.
finding-industries-not-allowed = Erbjudanden av typen { $offer_type } har inga branscher. Ta bort detta fält.
finding-unknown-industry = ”{ $key }” är ingen branschnyckel för denna erbjudandetyp. Använd en nyckel ur dess tabell, bokstav för bokstav.
finding-unknown-subindustry = Branschen ”{ $industry }” har ingen nyckel ”{ $key }”. Använd en av dess egna nycklar eller utelämna den.
finding-missing-plan = Erbjudandet har ingen plan. Lägg till minst en i ”plans”.
finding-invalid-plan-id = ”{ $plan }” kan inte vara ett plan-id. Använd högst 50 bokstäver, siffror, bindestreck, understreck och punkter, med en bokstav eller siffra först.
finding-duplicate-plan-id = Plan-id ”{ $plan }” används två gånger. Ge varje plan och varje diskgeneration ett eget id.
finding-missing-image = Planen har ingen maskinavbildning. Lägg till en version med ”osVhdUrl” i ”{ $field }”.
finding-sas-incomplete = Adressens signatur för delad åtkomst saknar parametern ”{ $parameter }” och fungerar kanske inte. Skapa en med behörigheter (sp) och utgångstid (se).
finding-sas-expired = Adressens signatur för delad åtkomst gick ut { $expired }. Skapa en ny som gäller under hela publiceringen.
finding-sas-expiry-unreadable = Adressens signatur för delad åtkomst har utgångstiden (se) ”{ $value }”, som inte är någon tidpunkt. Skapa en ny med en utgångstid som 2030-01-31T12:00:00Z.
finding-duplicate-lun = Två datadiskar i denna avbildning har LUN { $lun }. Ge var och en ett eget nummer.
finding-missing-price = Planen har inget pris. Ge ”{ $field }” ett pris per kärna, ett pris för varje kärnstorlek, ett kalkylblad eller isByol true.
finding-unknown-core-size = Det finns ingen kärnstorlek ”{ $size }”. Använd storlekar som sharedcore, 1core, 2core och 416core.
finding-negative-price = Priset { $price } är lägre än noll. Ange 0 eller mer.
finding-invalid-price = ”{ $price }” är inget pris. Ange ett decimaltal med punkt, till exempel 0.25.
finding-unknown-currency = Planer kan inte prissättas i valutan ”{ $currency }”. Använd trebokstavskoden för en region där planer säljs, till exempel USD.
finding-region-unpriced = Det finns ingen valuta för regionen ”{ $region }”, så planen saknar pris där. Ta bort regionen om det inte är meningen.
finding-invalid-region = ”{ $region }” är ingen regionkod. Använd två versaler, till exempel US.
