### Errors of the API, in Swedish.
### Words: utgivare, erbjudande, åtgärd (operation), steg, plats (slot), publicering, produktionssättning (go live), godkännande (sign-off), avbryta (cancel).

error-token-missing = Begäran saknar bearer-token. Skicka ”Authorization: Bearer” följt av en token från tokenslutpunkten.
error-token-malformed = Huvudet Authorization innehåller ingen korrekt utformad bearer-token. Skicka ordet Bearer, ett mellanslag och token exakt så som tokenslutpunkten lämnade den.
error-token-expired = Bearer-token har upphört att gälla. Begär en ny från tokenslutpunkten och upprepa anropet.
error-token-signature = Signaturen på bearer-token stämmer inte med någon publicerad nyckel från dess utfärdare. Begär en ny token och skicka den oförändrad.
error-token-audience = Bearer-token är avsedd för en annan mottagare. Begär en token för ”{ $expected }”.
error-token-issuer = Utfärdaren ”{ $issuer }” av bearer-token är inte betrodd här. Begär token från en utfärdare som servern är konfigurerad att lita på.
error-invalid-api-version = Frågeparametern api-version saknas eller är okänd. Skicka ett av dessa värden: { $known }.
error-not-a-member = Du är inte medlem hos utgivaren ”{ $publisher }”. Kontrollera utgivarens id eller be en ägare hos utgivaren att lägga till dig.
error-role-forbids = Din roll ”{ $role }” tillåter inte det här anropet. Be en ägare hos utgivaren om en roll som gör det.
error-role-forbids-force = Din roll ”{ $role }” tillåter inte tvång. Be en ägare hos utgivaren att använda det, eller avbryt utan tvång.
error-operator-only = Det får bara serverns operatör göra. Skicka operatörens token, eller be operatören.
error-taken-for =
    { $kind ->
        [operator] Servern tar dig för sin operatör (”{ $caller }”).
        [person] Servern tar dig för personen ”{ $caller }”.
       *[app] Servern tar dig för appen ”{ $caller }”.
    }
error-self-review = Du startade den här åtgärden, och utgivaren låter inte den som startade den godkänna steget ”{ $step }”. Be en annan granskare, eller avslå steget.
error-last-owner = Utgivaren ”{ $publisher }” skulle bli utan ägare. Gör först en annan medlem till ägare, eller be serverns operatör.
error-invalid-name = ”{ $value }” kan inte vara { $field }. Använd 1 till { $limit } synliga ASCII-tecken utan ”/”; namnet ”operator” är upptaget, och en person skrivs som user: och id:t.
error-hidden-characters = ”{ $field }” innehåller styrtecken eller tecken som är osynliga eller ändrar textens riktning. Ta bort dem.
error-no-token-endpoint = Den här servern utfärdar inga token själv: den litar på dem från ”{ $issuer }”. Registrera klienten där och gör den till medlem hos en utgivare här.
error-too-many-publishes = Du har startat så många åtgärder som servern tillåter, nämligen { $limit } i timmen. Vänta så länge som huvudet Retry-After anger och skicka sedan begäran igen.
error-too-many-recipients = Begärandena för den här utgivaren har angett så många e-postadresser som servern tillåter, nämligen { $limit } i timmen. Ange färre i metadata.notification-emails, eller vänta så länge som huvudet Retry-After anger.
error-offer-not-found = Utgivaren har inget erbjudande ”{ $offer }”. Kontrollera erbjudandets id eller lista erbjudandena för att se vilka som finns.
error-operation-not-found = Det finns ingen åtgärd ”{ $operation }” här. Kontrollera id:t eller adressen, eller lista erbjudandets åtgärder.
error-version-not-found = Erbjudandet har ingen version ”{ $version }”. Läs erbjudandet för att se dess senaste version.
error-slot-not-found = Erbjudandet har inget på en plats ”{ $slot }”. Platserna är draft, preview (fylls av publish) och production (fylls av golive).
error-publisher-not-found = Det finns ingen utgivare ”{ $publisher }”. Kontrollera utgivarens id eller lista dina utgivare.
error-step-not-found = Åtgärden har inget steg ”{ $step }”. Använd ett av dess steg: { $known }.
error-path-not-found = Det finns ingenting på sökvägen ”{ $path }”. Jämför stavningen med beskrivningen av API:et.
error-method-not-allowed = Sökvägen ”{ $path }” tar inte emot metoden { $method }. Använd en av metoderna i svarets huvud Allow.
error-payload-too-large = Brödtexten är större än { $limit_bytes } byte. Skicka en mindre.
error-unsupported-media-type = Brödtextens Content-Type är ”{ $got }”, men endast application/json tas emot. Skicka JSON och ange det i huvudet.
error-invalid-json = Brödtexten är inte giltig JSON på rad { $line }, kolumn { $column }: { $detail }. Rätta felet och skicka den igen.
error-body-shape = Medlemmen ”{ $field }” i brödtexten har fel typ. Skicka den som: { $expected }.
error-body-missing = Medlemmen ”{ $field }” saknas i brödtexten. Lägg till den och skicka begäran igen.
error-repeated-member = Brödtexten innehåller medlemmen ”{ $field }” mer än en gång, så det är oklart vilken som gäller. Skicka den en gång.
error-reserved-member = Medlemmen ”{ $field }” i brödtexten har ett reserverat namn. Byt namn på den.
error-id-taken = ”{ $offer }” skiljer sig bara i versaler och gemener från befintligt offerId ”{ $existing }”. Använd ”{ $existing }” om det är det som avses, eller välj ett annat id för något nytt.
error-invalid-email = ”{ $address }” i metadata.notification-emails är ingen e-postadress. Rätta den och skilj flera adresser åt med kommatecken.
error-too-many-emails = metadata.notification-emails innehåller för många adresser. Skicka högst { $limit }.
error-too-long = Värdet av ”{ $field }” är för långt. Korta det till högst { $limit } tecken.
error-invalid-filter = Det går inte att filtrera på ”{ $detail_value }”. Använd något av: { $known }.
error-invalid-id = ”{ $value }” är inget giltigt värde för ”{ $field }”. Skicka ett befintligt id exakt så som servern visar det; ett nytt får innehålla bokstäver, siffror, bindestreck och understreck.
error-conflicting-operation-id = operationId i frågan och operationId i brödtexten anger olika åtgärder. Skicka bara ett av dem, eller samma id i båda.
error-invalid-flag = ”{ $value }” är inget giltigt värde för parametern ”{ $field }”. Skicka true eller false, eller utelämna den.
error-repeatability-incomplete = Begäran har rubriken { $sent } men saknar { $missing }. Skicka båda rubrikerna eller ingen av dem.
error-invalid-request-id = Repeatability-Request-ID kan inte användas. Skicka den en gång, som ett GUID eller en annan text med högst { $limit } synliga ASCII-tecken.
error-invalid-first-sent = Repeatability-First-Sent är inget datum. Skicka den en gång, i GMT och på denna form: Sun, 06 Nov 1994 08:49:37 GMT.
error-first-sent-out-of-range = Repeatability-First-Sent måste ligga inom de senaste 24 timmarna, så det är inte längre känt om begäran utfördes. Kontrollera din klocka, se efter hur det står till med erbjudandet och skicka sedan en ny begäran med ett nytt Repeatability-Request-ID.
error-request-id-reused = Detta Repeatability-Request-ID hör till en annan begäran. Upprepa den oförändrad, eller skicka denna med ett nytt id.
error-repeatability-not-supported = Detta anrop kan inte göras upprepbart. Skicka det utan Repeatability-Request-ID och Repeatability-First-Sent.
error-unknown-offer-type = offerTypeId ”{ $offer_type }” är okänt. Använd något av: { $known }.
error-offer-type-changed = Erbjudandet har offerTypeId ”{ $stored }”, som inte kan bli ”{ $sent }”. Skicka det lagrade värdet eller skapa ett annat erbjudande med ett nytt id.
error-precondition-failed = Erbjudandet har ändrats: If-Match innehåller { $sent }, vilket inte längre är dess ETag. Läs erbjudandet på nytt, gör din ändring i det du får och skicka dess ETag.
error-create-with-tag = Erbjudandet finns inte, så ingenting stämmer med If-Match. Kontrollera erbjudandets id, eller skicka begäran utan If-Match för att skapa erbjudandet.
error-publisher-exists = Det finns redan en utgivare ”{ $publisher }”. Välj ett annat id eller skicka begäran utan If-None-Match för att ändra den här.
error-missing-if-match = Erbjudandet finns redan, så If-Match krävs. Skicka If-Match med den ETag som du har läst, eller med * för att skriva över vilket tillstånd som helst.
error-operation-in-progress =
    { $kind ->
        [goLive] Produktionssättningen ”{ $operation }” av erbjudandet pågår fortfarande.
        [cancel] Avbrytningen ”{ $operation }” för erbjudandet pågår fortfarande.
       *[publish] Publiceringen ”{ $operation }” av erbjudandet pågår fortfarande.
    } Vänta tills den har avslutats och skicka sedan begäran igen.
error-waiting-for-signoff = Publiceringen ”{ $operation }” väntar på ditt godkännande. Anropa golive för att slutföra den, eller cancel för att dra tillbaka den.
error-cancellation-in-progress = Avbrytningen ”{ $cancellation }” för erbjudandet pågår fortfarande. Vänta tills den har avslutats och skicka sedan begäran igen.
error-no-operation-in-progress = Ingen åtgärd pågår för erbjudandet ”{ $offer }”, så det finns inget att avbryta. Läs erbjudandets status för att se hur den senaste åtgärden slutade.
error-past-point-of-no-return = Steget ”{ $step }” har börjat och kan inte återkallas, så åtgärden kan inte längre avbrytas. Den fortsätter till sitt slut; publicera på nytt därefter för att ersätta resultatet.
error-force-past-point-of-no-return = Steget ”{ $step }” har börjat och kan inte återkallas, så åtgärden kan inte avslutas med tvång heller. Den här serverns operatör kan göra det: signoff operation kill.
error-force-past-switch = Steget ”{ $step }” har bytt platsen production, så åtgärden kan bara bli klar och inte avslutas med tvång. Om den inte blir klar av sig själv kan den här serverns operatör göra den klar genast: signoff operation kill.
error-already-undoing = Steget ”{ $step }” har misslyckats och åtgärden håller redan på att ångras, så den kan inte längre avbrytas. Den kommer att sluta som misslyckad; publicera på nytt därefter.
error-operation-not-running = Åtgärden ”{ $operation }” är inte den som pågår, så ingenting avbröts. Lista erbjudandets åtgärder och ange den som pågår.
error-cancellation-failed = Avbrytningen ”{ $cancellation }” misslyckades, och därmed slutade även åtgärden som misslyckad. Läs i avbrytningens meddelanden vad som finns kvar; nästa publicering tar bort det först.
error-not-ready-for-go-live = Erbjudandet kan inte sättas i produktion medan dess status är ”{ $status }”. Publicera det och vänta tills dess status är waitingForPublisherReview.
error-step-not-waiting = Status för steget ”{ $step }” är ”{ $state }”, så det finns inget att godkänna eller avslå. Gör det medan dess status är waitingForApproval.
error-validation-failed =
    { $count ->
        [one] Utkastet kan inte publiceras på grund av en anmärkning.
       *[other] Utkastet kan inte publiceras på grund av { $count } anmärkningar.
    } Rätta det som anges under details i det här felet och publicera sedan på nytt.
error-no-such-scenario-operation = Ingen åtgärd pågår för erbjudandet ”{ $offer }”, så inget steg kan släppas. Starta först en åtgärd.
error-unknown-scenario-step = Scenariot anger steget ”{ $step }”, som inte finns i erbjudandets pipeline. Använd något av: { $known }.
error-invalid-duration = ”{ $value }” i ”{ $field }” är ingen tidslängd. Skicka ett tal och en enhet (ms, s, m, h eller d), till exempel 300ms eller 3d.
error-invalid-scenario = Medlemmen ”{ $field }” i scenariot kan inte användas: { $detail }. Rätta den och skicka scenariot igen.
error-invalid-fault = Medlemmen ”{ $field }” i felregeln kan inte användas: { $detail }. Rätta den och skicka regeln igen.
error-clock-timeout = Klockan har ställts fram, men detta skulle ha hänt och har inte hänt i tid: { $pending }. Läs tillståndet för dessa åtgärder för att hitta orsaken.
error-clock-left = Servern håller på att stoppas och låter ingen mer tid gå. Klockan visar { $now }: ställ fram den så mycket som saknas på en annan server, eller på den här när den körs igen.
error-snapshot-invalid = Filen kan inte återställas: { $detail }. Skicka en oförändrad fil som serverns snapshot-anrop har lämnat.
error-body-too-slow = Brödtexten kom inte fram inom 30 sekunder. Skicka begäran igen över en snabbare anslutning eller med en mindre brödtext.
error-malformed-request = Begäran är inte giltig HTTP/1.1. Kontrollera första raden och huvudena: i en adress måste citattecken, blanksteg, < och > procentkodas.
error-head-too-large = Begärans första rad och huvuden är större än { $bytes } byte eller fler än { $headers } huvuden. Skicka färre eller kortare huvuden och en kortare adress.
error-too-many-connections = Din adress har redan { $limit } öppna anslutningar som inte har visat någon giltig token. Stäng några eller återanvänd en, och försök igen när Retry-After anger det.
error-starting = Servern startar. Vänta så länge som huvudet Retry-After anger och skicka sedan begäran igen.
error-unsupported-encoding = Brödtextens Content-Encoding är ”{ $got }”, men endast okodad brödtext tas emot. Skicka den utan komprimering.
error-body-broken = Brödtexten tog slut för tidigt, eller så är dess delar felaktiga. Skicka hela, med rätt Content-Length eller i giltiga delar (chunks).
error-host-not-allowed = Värden ”{ $host }” besvaras inte i utvecklingsläget. Använd localhost eller 127.0.0.1, eller ange värden i inställningen allowed_hosts.
error-origin-needs-json = En begäran som har huvudet Origin och ändrar något måste ange application/json som Content-Type. Ange det, eller skicka ingen Origin.
error-invalid-host = Begäran måste ha exakt ett Host-huvud med ett giltigt värdnamn. Skicka ett.
error-too-busy = För många begäranden kommer in. Vänta så länge som huvudet Retry-After anger och skicka sedan begäran igen.
error-unavailable = Servern kan inte svara just nu. Vänta så länge som huvudet Retry-After anger och skicka sedan begäran igen.
error-internal = Servern kunde inte behandla begäran. Skicka den igen; om det också misslyckas, uppge begärans id { $request_id } för den som driver servern.
error-store-conflict = För många ändringar kom in samtidigt, och den här lagrades inte. Läs erbjudandet på nytt och upprepa begäran.
error-webhook-signature = Återanropet är inte signerat som det ska. Signera id, tid och innehåll med webhookens hemlighet och skicka webhook-id, webhook-timestamp och webhook-signature; tiden får avvika högst fem minuter.
error-callback-not-awaited = Ingen väntar på det här svaret om steget ”{ $step }”. Det har besvarats på annat sätt, avbrutits eller överskridit sin tidsfrist, eller så hör idempotencyKey till en annan begäran. Inget har ändrats; arbeta inte vidare med det.
