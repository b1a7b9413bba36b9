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
finding-flat-categories = ”{ $field }” anger kategorier i en gammal form, vars nycklar inte kontrolleras. Ange dem i ”{ $right }” i stället.
finding-unknown-category = ”{ $key }” är ingen kategorinyckel för erbjudanden av typen { $offer_type }. Menade du någon av { $near }? Alla nycklar finns på { $address }.
finding-unknown-subcategory = Kategorin ”{ $category }” har ingen underkategori ”{ $key }”. Menade du någon av { $near }? Alla nycklar finns på { $address }.
finding-misplaced-keys = ”{ $field }” hör inte till nyckeln på första nivån bredvid. Byt namn till ”{ $right }” eller flytta den till en egen post.
finding-industries-not-allowed = Erbjudanden av typen { $offer_type } har inga branscher. Ta bort detta fält.
finding-unknown-industry = ”{ $key }” är ingen branschnyckel för denna erbjudandetyp. Menade du någon av { $near }? Alla nycklar finns på { $address }.
finding-unknown-subindustry = Branschen ”{ $industry }” har ingen nyckel ”{ $key }”. Menade du någon av { $near }? Alla nycklar finns på { $address }.
finding-missing-plan = Erbjudandet har ingen plan. Lägg till minst en i ”plans”.
finding-invalid-plan-id = ”{ $plan }” kan inte vara ett plan-id. Använd högst 50 bokstäver, siffror, bindestreck, understreck och punkter, med en bokstav eller siffra först.
finding-duplicate-plan-id = Plan-id ”{ $plan }” används två gånger. Ge varje plan och varje diskgeneration ett eget id.
finding-missing-image = Planen har ingen maskinavbildning. Lägg till en version med ”osVhdUrl” i ”{ $field }”.
finding-sas-incomplete = Adressens signatur för delad åtkomst saknar parametern ”{ $parameter }” och fungerar kanske inte. Skapa en med behörigheter (sp) och utgångstid (se).
finding-sas-lacks-read = Adressens signatur för delad åtkomst tillåter inte läsning. Skapa en ny med behörigheterna (sp) rl.
finding-sas-lacks-list = Adressens signatur för delad åtkomst tillåter inte listning. Skapa en ny med behörigheterna (sp) rl.
finding-sas-name-behind = Filens namn står efter adressens signatur. Sätt det i slutet av sökvägen, före frågetecknet.
finding-sas-expired = Adressens signatur för delad åtkomst gick ut { $expired }. Skapa en ny som gäller under hela publiceringen.
finding-sas-expires-soon = Adressens signatur för delad åtkomst går ut { $expires }, om mindre än ett dygn. Skapa en ny som gäller under hela publiceringen.
finding-sas-not-yet-valid = Adressens signatur för delad åtkomst gäller först från { $starts }. Skapa en som gäller nu.
finding-sas-expiry-unreadable = Adressens signatur för delad åtkomst har utgångstiden (se) ”{ $value }”, som inte är någon tidpunkt. Skapa en ny med en utgångstid som 2030-01-31T12:00:00Z.
finding-sas-start-unreadable = Adressens signatur för delad åtkomst har starten (st) ”{ $value }”, som inte är någon tidpunkt. Skapa en ny med en start som 2030-01-31T12:00:00Z, eller utan start.
finding-duplicate-lun = Två datadiskar i denna avbildning har LUN { $lun }. Ge var och en ett eget nummer.
finding-missing-price = Planen har inget pris. Ge ”{ $field }” ett pris per kärna, ett pris för varje kärnstorlek, ett kalkylblad eller isByol true.
finding-unknown-core-size = Det finns ingen kärnstorlek ”{ $size }”. Menade du någon av { $near }? Alla kärnstorlekar finns på { $address }.
finding-negative-price = Priset { $price } är lägre än noll. Ange 0 eller mer.
finding-invalid-price = ”{ $price }” är inget pris. Ange ett decimaltal med punkt, till exempel 0.25.
finding-unknown-currency = Planer kan inte prissättas i valutan ”{ $currency }”. Använd trebokstavskoden för en region där planer säljs, till exempel USD; alla regioner finns på { $address }.
finding-region-unpriced = Det finns ingen valuta för regionen ”{ $region }”, så planen saknar pris där. Ta bort regionen om det inte är meningen.
finding-invalid-region = ”{ $region }” är ingen regionkod. Menade du någon av { $near }? Alla regioner finns på { $address }.
finding-more-warnings = Det finns { $count } fler varningar än de som står här. Åtgärda dessa och kontrollera sedan igen.
finding-path-decides = Brödtexten anger ”{ $sent }” som { $field } och sökvägen ”{ $path }”. Sökvägen gäller; utelämna medlemmen eller skicka det som står i sökvägen.
