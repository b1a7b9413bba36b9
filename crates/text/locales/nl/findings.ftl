### Findings of validation, in Dutch. Member names, keys and codes stay as the wire spells them.

finding-missing-field = ‘{ $field }’ ontbreekt in de aanbieding. Vul het in.
finding-wrong-type = De waarde van ‘{ $field }’ heeft het verkeerde type. Stuur { $expected ->
    [text] tekst tussen aanhalingstekens
    [number] een getal
    [boolean] true of false
    [list] een lijst tussen vierkante haken
   *[object] een object tussen accolades
}.
finding-invalid-email = ‘{ $field }’ bevat geen e-mailadres. Vul er een in, zoals name@example.com.
finding-invalid-url = ‘{ $field }’ bevat geen webadres. Vul een volledig adres in dat met https:// of http:// begint.
finding-missing-category = De aanbieding heeft geen categorie. Voeg er minstens een toe aan ‘{ $field }’.
finding-flat-categories = ‘{ $field }’ noemt categorieën in een oude vorm waarvan de sleutels niet worden gecontroleerd. Noem ze in plaats daarvan in ‘{ $right }’.
finding-unknown-category = ‘{ $key }’ is geen categoriesleutel voor aanbiedingen van het type { $offer_type }. Bedoelt u een van { $near }? Alle sleutels staan op { $address }.
finding-unknown-subcategory = De categorie ‘{ $category }’ heeft geen subcategorie ‘{ $key }’. Bedoelt u een van { $near }? Alle sleutels staan op { $address }.
finding-misplaced-keys = ‘{ $field }’ past niet bij de sleutel van het eerste niveau ernaast. Hernoem het naar ‘{ $right }’ of zet het in een eigen element.
finding-industries-not-allowed = Aanbiedingen van het type { $offer_type } hebben geen branches. Verwijder dit veld.
finding-unknown-industry = ‘{ $key }’ is geen branchesleutel van dit type aanbieding. Bedoelt u een van { $near }? Alle sleutels staan op { $address }.
finding-unknown-subindustry = De branche ‘{ $industry }’ heeft geen sleutel ‘{ $key }’. Bedoelt u een van { $near }? Alle sleutels staan op { $address }.
finding-missing-plan = De aanbieding heeft geen plan. Voeg er minstens een toe aan ‘plans’.
finding-invalid-plan-id = ‘{ $plan }’ kan geen plan-id zijn. Gebruik hoogstens 50 letters, cijfers, streepjes, onderstrepingstekens en punten, met een letter of cijfer aan het begin.
finding-duplicate-plan-id = De plan-id ‘{ $plan }’ komt twee keer voor. Geef elk plan en elke schijfgeneratie een eigen id.
finding-missing-image = Het plan heeft geen machine-image. Voeg aan ‘{ $field }’ een versie met een ‘osVhdUrl’ toe.
finding-sas-incomplete = De handtekening voor gedeelde toegang van dit adres heeft geen parameter ‘{ $parameter }’ en werkt daarom misschien niet. Maak er een met rechten (sp) en een vervaltijd (se).
finding-sas-lacks-read = De handtekening voor gedeelde toegang van dit adres staat lezen niet toe. Maak een nieuwe met de rechten (sp) rl.
finding-sas-lacks-list = De handtekening voor gedeelde toegang van dit adres staat opsommen niet toe. Maak een nieuwe met de rechten (sp) rl.
finding-sas-name-behind = De naam van het bestand staat achter de handtekening van dit adres. Zet hem aan het einde van het pad, voor het vraagteken.
finding-sas-expired = De handtekening voor gedeelde toegang van dit adres is verlopen op { $expired }. Maak een nieuwe die tijdens de hele publicatie geldig blijft.
finding-sas-expires-soon = De handtekening voor gedeelde toegang van dit adres verloopt op { $expires }, over minder dan een dag. Maak een nieuwe die tijdens de hele publicatie geldig blijft.
finding-sas-not-yet-valid = De handtekening voor gedeelde toegang van dit adres is pas geldig vanaf { $starts }. Maak er een die nu geldig is.
finding-sas-expiry-unreadable = De handtekening voor gedeelde toegang van dit adres heeft als vervaltijd (se) ‘{ $value }’, en dat is geen tijdstip. Maak een nieuwe met een vervaltijd zoals 2030-01-31T12:00:00Z.
finding-sas-start-unreadable = De handtekening voor gedeelde toegang van dit adres heeft als begin (st) ‘{ $value }’, en dat is geen tijdstip. Maak een nieuwe met een begin zoals 2030-01-31T12:00:00Z, of zonder begin.
finding-duplicate-lun = Twee gegevensschijven van deze image hebben LUN { $lun }. Geef elk een eigen nummer.
finding-missing-price = Het plan heeft geen prijs. Geef ‘{ $field }’ een prijs per core, een prijs per coregrootte, een spreadsheet of isByol true.
finding-unknown-core-size = Er is geen coregrootte ‘{ $size }’. Bedoelt u een van { $near }? Alle coregrootten staan op { $address }.
finding-negative-price = De prijs { $price } is lager dan nul. Vul 0 of meer in.
finding-invalid-price = ‘{ $price }’ is geen prijs. Vul een decimaal getal met een punt in, zoals 0.25.
finding-unknown-currency = Plannen kunnen niet in de valuta ‘{ $currency }’ worden geprijsd. Gebruik de drieletterige code van een regio waar plannen worden verkocht, zoals USD; alle regio’s staan op { $address }.
finding-region-unpriced = Voor de regio ‘{ $region }’ is er geen valuta, dus heeft het plan daar geen prijs. Verwijder de regio als dat niet de bedoeling is.
finding-invalid-region = ‘{ $region }’ is geen regiocode. Bedoelt u een van { $near }? Alle regio’s staan op { $address }.
finding-more-warnings = Er zijn { $count } waarschuwingen meer dan hier staan. Verhelp eerst deze en controleer dan opnieuw.
finding-path-decides = De body noemt ‘{ $sent }’ als { $field } en het pad ‘{ $path }’. Het pad telt; laat het veld weg of stuur wat in het pad staat.
