### Errors of the API, in Dutch.
### Words: uitgever, aanbieding, bewerking, stap, slot, publiceren (publish), live gaan (go live), akkoord (sign-off), annuleren.

error-token-missing = De aanvraag bevat geen bearer-token. Stuur ‘Authorization: Bearer’, gevolgd door een token van het token-eindpunt.
error-token-malformed = De header Authorization bevat geen correct opgebouwd bearer-token. Stuur het woord Bearer, een spatie en het token precies zoals het token-eindpunt het heeft teruggegeven.
error-token-expired = Het bearer-token is verlopen. Vraag een nieuw token aan bij het token-eindpunt en herhaal de aanroep.
error-token-signature = De handtekening van het bearer-token past bij geen enkele gepubliceerde sleutel van de verstrekker. Vraag een nieuw token aan en stuur het ongewijzigd mee.
error-token-audience = Het bearer-token is voor een andere doelgroep bestemd. Vraag een token aan voor ‘{ $expected }’.
error-token-issuer = De verstrekker ‘{ $issuer }’ van het bearer-token wordt hier niet vertrouwd. Vraag het token aan bij een verstrekker die deze server volgens zijn configuratie vertrouwt.
error-invalid-api-version = De queryparameter api-version ontbreekt of is onbekend. Stuur een van deze waarden: { $known }.
error-not-a-member = U bent geen lid van de uitgever ‘{ $publisher }’. Controleer de id van de uitgever, of vraag een eigenaar van de uitgever om u toe te voegen.
error-role-forbids = Uw rol ‘{ $role }’ staat deze aanroep niet toe. Vraag een eigenaar van de uitgever om een rol die dat wel doet.
error-role-forbids-force = Uw rol ‘{ $role }’ staat geen geweld toe. Vraag een eigenaar van de uitgever om het te gebruiken, of annuleer zonder geweld.
error-operator-only = Alleen de beheerder van deze server mag dat. Stuur het token van de beheerder mee, of vraag het de beheerder.
error-taken-for =
    { $kind ->
        [operator] De server houdt u voor zijn beheerder (‘{ $caller }’).
        [person] De server houdt u voor de persoon ‘{ $caller }’.
       *[app] De server houdt u voor de app ‘{ $caller }’.
    }
error-self-review = U hebt deze bewerking gestart, en deze uitgever laat de stap ‘{ $step }’ niet goedkeuren door wie haar startte. Vraag een andere beoordelaar, of keur de stap af.
error-last-owner = De uitgever ‘{ $publisher }’ zou zonder eigenaar achterblijven. Maak eerst een ander lid eigenaar, of vraag het de beheerder van de server.
error-invalid-name = ‘{ $value }’ kan geen { $field } zijn. Gebruik 1 tot { $limit } zichtbare ASCII-tekens zonder ‘/’; de naam ‘operator’ is bezet, en een persoon wordt geschreven als user: gevolgd door de id.
error-hidden-characters = ‘{ $field }’ bevat besturingstekens of tekens die onzichtbaar zijn of de schrijfrichting veranderen. Verwijder ze.
error-no-token-endpoint = Deze server geeft zelf geen tokens uit: hij vertrouwt die van ‘{ $issuer }’. Registreer de client daar en maak hem hier lid van een uitgever.
error-too-many-publishes = U hebt zoveel bewerkingen gestart als deze server toestaat, namelijk { $limit } per uur. Wacht zo lang als de header Retry-After aangeeft en stuur de aanvraag dan opnieuw.
error-too-many-recipients = De aanvragen voor deze uitgever hebben zoveel e-mailadressen genoemd als deze server toestaat, namelijk { $limit } per uur. Noem er minder in metadata.notification-emails, of wacht zo lang als de header Retry-After aangeeft.
error-offer-not-found = Deze uitgever heeft geen aanbieding ‘{ $offer }’. Controleer de id van de aanbieding, of vraag de lijst van aanbiedingen op om te zien welke er zijn.
error-operation-not-found = Er is hier geen bewerking ‘{ $operation }’. Controleer de id of het adres, of vraag de lijst van bewerkingen van de aanbieding op.
error-version-not-found = De aanbieding heeft geen versie ‘{ $version }’. Vraag de aanbieding op om de nieuwste versie te zien.
error-slot-not-found = De aanbieding heeft niets in een slot ‘{ $slot }’. De slots zijn draft, preview (gevuld door publish) en production (gevuld door golive).
error-publisher-not-found = Er is geen uitgever ‘{ $publisher }’. Controleer de id van de uitgever, of vraag de lijst van uw uitgevers op.
error-step-not-found = De bewerking heeft geen stap ‘{ $step }’. Gebruik een van de stappen van de bewerking: { $known }.
error-path-not-found = Op het pad ‘{ $path }’ is niets te vinden. Vergelijk de spelling met de beschrijving van de API.
error-method-not-allowed = Het pad ‘{ $path }’ kent de methode { $method } niet. Gebruik een van de methoden in de header Allow van dit antwoord.
error-payload-too-large = De body is groter dan { $limit_bytes } bytes. Stuur een kleinere.
error-unsupported-media-type = De Content-Type van de body is ‘{ $got }’, maar alleen application/json wordt aangenomen. Stuur JSON en vermeld dat in de header.
error-invalid-json = De body is geen geldige JSON op regel { $line }, kolom { $column }: { $detail }. Verbeter dit en stuur de body opnieuw.
error-body-shape = Het veld ‘{ $field }’ in de body heeft het verkeerde type. Stuur het als: { $expected }.
error-body-missing = Het veld ‘{ $field }’ ontbreekt in de body. Voeg het toe en stuur het verzoek opnieuw.
error-repeated-member = De body bevat het veld ‘{ $field }’ meer dan eens, zodat niet duidelijk is welk veld telt. Stuur het één keer.
error-reserved-member = Het veld ‘{ $field }’ in de body heeft een gereserveerde naam. Geef het een andere naam.
error-id-taken = ‘{ $offer }’ verschilt alleen in hoofdletters van de bestaande offerId ‘{ $existing }’. Gebruik ‘{ $existing }’ als u die bedoelt, of kies een andere id voor een nieuwe.
error-invalid-email = ‘{ $address }’ in metadata.notification-emails is geen e-mailadres. Verbeter het, en scheid meerdere adressen met komma’s.
error-too-many-emails = metadata.notification-emails bevat te veel adressen. Stuur er hoogstens { $limit }.
error-too-long = De waarde van ‘{ $field }’ is te lang. Kort haar in tot hoogstens { $limit } tekens.
error-invalid-filter = Op ‘{ $detail_value }’ kan niet worden gefilterd. Gebruik een van deze: { $known }.
error-invalid-id = ‘{ $value }’ is geen geldige waarde van ‘{ $field }’. Stuur een bestaande id precies zoals de server die toont; een nieuwe mag letters, cijfers, koppeltekens en onderstrepingstekens bevatten.
error-conflicting-operation-id = operationId in de query en operationId in de body noemen verschillende bewerkingen. Stuur er maar één van, of in beide dezelfde id.
error-invalid-flag = ‘{ $value }’ is geen geldige waarde van de parameter ‘{ $field }’. Stuur true of false, of laat hem weg.
error-repeatability-incomplete = De aanvraag heeft de header { $sent }, maar { $missing } ontbreekt. Stuur beide headers of geen van beide.
error-invalid-request-id = Repeatability-Request-ID is niet bruikbaar. Stuur hem één keer, als GUID of als andere tekst van hoogstens { $limit } zichtbare ASCII-tekens.
error-invalid-first-sent = Repeatability-First-Sent is geen datum. Stuur hem één keer, in GMT en in deze vorm: Sun, 06 Nov 1994 08:49:37 GMT.
error-first-sent-out-of-range = Repeatability-First-Sent moet binnen de laatste 24 uur liggen; daarom is niet meer bekend of de aanvraag is uitgevoerd. Controleer uw klok, bekijk de stand van de aanbieding en stuur dan een nieuwe aanvraag met een nieuwe Repeatability-Request-ID.
error-request-id-reused = De Repeatability-Request-ID hoort bij een andere aanvraag. Herhaal die ongewijzigd, of stuur deze met een nieuwe id.
error-repeatability-not-supported = Deze aanroep kan niet herhaalbaar worden gemaakt. Stuur hem zonder Repeatability-Request-ID en Repeatability-First-Sent.
error-unknown-offer-type = De offerTypeId ‘{ $offer_type }’ is onbekend. Gebruik een van deze: { $known }.
error-offer-type-changed = De aanbieding heeft de offerTypeId ‘{ $stored }’; die kan niet ‘{ $sent }’ worden. Stuur de opgeslagen waarde, of maak een andere aanbieding met een nieuwe id.
error-precondition-failed = De aanbieding is gewijzigd: If-Match bevat { $sent }, en dat is haar ETag niet meer. Vraag de aanbieding opnieuw op, breng uw wijziging daarin aan en stuur de ETag daarvan mee.
error-create-with-tag = De aanbieding bestaat niet, dus niets komt overeen met If-Match. Controleer de id van de aanbieding, of stuur de aanvraag zonder If-Match om de aanbieding te maken.
error-publisher-exists = Er is al een uitgever ‘{ $publisher }’. Kies een andere id, of stuur het verzoek zonder If-None-Match om deze te wijzigen.
error-missing-if-match = De aanbieding bestaat al, dus If-Match is verplicht. Stuur If-Match met de ETag die u hebt gelezen, of met * om elke stand te overschrijven.
error-operation-in-progress =
    { $kind ->
        [goLive] De livegang ‘{ $operation }’ van de aanbieding is nog bezig.
        [cancel] De annulering ‘{ $operation }’ van de aanbieding is nog bezig.
       *[publish] De publicatie ‘{ $operation }’ van de aanbieding is nog bezig.
    } Wacht tot zij is beëindigd en stuur de aanvraag dan opnieuw.
error-waiting-for-signoff = De publicatie ‘{ $operation }’ wacht op uw akkoord. Roep golive aan om haar te voltooien, of cancel om haar in te trekken.
error-cancellation-in-progress = De annulering ‘{ $cancellation }’ van de aanbieding is nog bezig. Wacht tot zij is beëindigd en stuur de aanvraag dan opnieuw.
error-no-operation-in-progress = Er is geen bewerking van de aanbieding ‘{ $offer }’ bezig, dus er valt niets te annuleren. Vraag de status van de aanbieding op om te zien hoe de nieuwste bewerking is geëindigd.
error-past-point-of-no-return = De stap ‘{ $step }’ is begonnen en kan niet worden teruggedraaid, dus de bewerking kan niet meer worden geannuleerd. Zij loopt door tot het einde; publiceer daarna opnieuw om het resultaat te vervangen.
error-force-past-point-of-no-return = De stap ‘{ $step }’ is begonnen en kan niet worden teruggedraaid, dus ook met geweld kan de bewerking niet worden beëindigd. De beheerder van deze server kan dat wel: signoff operation kill.
error-force-past-switch = De stap ‘{ $step }’ heeft het slot production omgezet, dus de bewerking kan alleen nog worden voltooid en ook met geweld niet worden beëindigd. Komt zij niet vanzelf tot haar einde, dan kan de beheerder van deze server haar meteen voltooien: signoff operation kill.
error-already-undoing = De stap ‘{ $step }’ is mislukt en de bewerking wordt al ongedaan gemaakt, dus zij kan niet meer worden geannuleerd. Zij zal als mislukt eindigen; publiceer daarna opnieuw.
error-operation-not-running = De bewerking ‘{ $operation }’ is niet de bewerking die bezig is, dus er is niets geannuleerd. Vraag de lijst van bewerkingen van de aanbieding op en noem de bewerking die bezig is.
error-cancellation-failed = De annulering ‘{ $cancellation }’ is mislukt, en daarmee is ook de bewerking als mislukt geëindigd. Lees in de berichten van de annulering wat er is achtergebleven; de volgende publicatie verwijdert dat als eerste.
error-not-ready-for-go-live = De aanbieding kan niet live gaan zolang haar status ‘{ $status }’ is. Publiceer haar en wacht tot haar status waitingForPublisherReview is.
error-step-not-waiting = De status van de stap ‘{ $step }’ is ‘{ $state }’, dus er valt niets goed te keuren of af te wijzen. Doe dat wanneer de status waitingForApproval is.
error-validation-failed =
    { $count ->
        [one] Het concept kan wegens één bevinding niet worden gepubliceerd.
       *[other] Het concept kan wegens { $count } bevindingen niet worden gepubliceerd.
    } Verbeter wat er bij details van deze fout staat en publiceer dan opnieuw.
error-no-such-scenario-operation = Er is geen bewerking van de aanbieding ‘{ $offer }’ bezig, dus er kan geen stap worden vrijgegeven. Start eerst een bewerking.
error-unknown-scenario-step = Het scenario noemt de stap ‘{ $step }’, die niet voorkomt in de pijplijn van de aanbieding. Gebruik een van deze: { $known }.
error-invalid-duration = ‘{ $value }’ in ‘{ $field }’ is geen tijdsduur. Stuur een getal en een eenheid (ms, s, m, h of d), bijvoorbeeld 300ms of 3d.
error-invalid-scenario = Het veld ‘{ $field }’ van het scenario is niet bruikbaar: { $detail }. Verbeter het en stuur het scenario opnieuw.
error-invalid-fault = Het veld ‘{ $field }’ van de foutregel is niet bruikbaar: { $detail }. Verbeter het en stuur de regel opnieuw.
error-clock-timeout = De klok is vooruitgezet, maar dit had moeten gebeuren en is niet op tijd gebeurd: { $pending }. Bekijk de toestand van deze bewerkingen om de oorzaak te vinden.
error-clock-left = Deze server wordt gestopt en laat geen tijd meer verstrijken. De klok staat op { $now }: zet haar voor wat ontbreekt vooruit op een andere server, of op deze zodra die weer draait.
error-snapshot-invalid = Het bestand kan niet worden teruggezet: { $detail }. Stuur ongewijzigd een bestand dat de snapshot-aanroep van deze server heeft teruggegeven.
error-body-too-slow = De body kwam niet binnen 30 seconden binnen. Stuur de aanvraag opnieuw over een snellere verbinding, of met een kleinere body.
error-malformed-request = De aanvraag is geen geldige HTTP/1.1. Controleer de eerste regel en de headers: in een adres moeten aanhalingstekens, spaties, < en > met procenttekens worden gecodeerd.
error-head-too-large = De eerste regel en de headers van de aanvraag zijn groter dan { $bytes } bytes, of het zijn er meer dan { $headers }. Stuur minder of kortere headers, en een korter adres.
error-too-many-connections = Uw adres heeft al { $limit } verbindingen open die geen geldig token hebben getoond. Sluit er enkele of gebruik er een opnieuw, en probeer het opnieuw wanneer Retry-After dat aangeeft.
error-starting = De server start op. Wacht zo lang als de header Retry-After aangeeft en stuur de aanvraag dan opnieuw.
error-unsupported-encoding = De Content-Encoding van de body is ‘{ $got }’, maar alleen een body zonder codering wordt aangenomen. Stuur de body zonder compressie.
error-body-broken = De body hield te vroeg op, of de chunks zijn ongeldig. Stuur de hele body, met de juiste Content-Length of in geldige chunks.
error-host-not-allowed = Voor de host ‘{ $host }’ wordt in de ontwikkelmodus niet geantwoord. Gebruik localhost of 127.0.0.1, of noem de host in de instelling allowed_hosts.
error-origin-needs-json = Een aanvraag met een Origin-header die iets wijzigt, moet als Content-Type application/json hebben. Stel dat in, of stuur geen Origin.
error-invalid-host = De aanvraag moet precies één Host-header hebben, met een geldige hostnaam. Stuur er een.
error-too-busy = Er komen te veel aanvragen binnen. Wacht zo lang als de header Retry-After aangeeft en stuur de aanvraag dan opnieuw.
error-unavailable = De server kan op dit moment niet antwoorden. Wacht zo lang als de header Retry-After aangeeft en stuur de aanvraag dan opnieuw.
error-internal = De server kon de aanvraag niet verwerken. Stuur haar opnieuw; mislukt ook dat, geef dan de aanvraag-id { $request_id } door aan de beheerder van de server.
error-store-conflict = Er kwamen te veel wijzigingen tegelijk binnen, en deze is niet opgeslagen. Vraag de aanbieding opnieuw op en herhaal de aanvraag.
error-webhook-signature = De callback is niet ondertekend zoals het moet. Onderteken id, tijd en inhoud met het geheim van de webhook en stuur webhook-id, webhook-timestamp en webhook-signature mee; de tijd mag hooguit vijf minuten afwijken.
error-callback-not-awaited = Niemand wacht op dit antwoord over de stap ‘{ $step }’. Er is anders geantwoord, de stap is geannuleerd of de termijn is verstreken, of de idempotencyKey hoort bij een andere aanvraag. Er is niets gewijzigd; werk er niet verder aan.
