### Errors of the API, in Hungarian.
### Words: közzétevő, ajánlat, művelet (operation), lépés, tárolóhely (slot), közzététel (publish), élesítés (go live), jóváhagyás (sign-off), megszakítás (cancel).
### An argument never follows an article: whether it begins with a vowel is not known.

error-token-missing = A kérésben nincs tulajdonosi jogkivonat. Küldje az „Authorization: Bearer” fejlécet, utána a jogkivonat-végponttól kapott jogkivonatot.
error-token-malformed = Az Authorization fejléc nem tartalmaz szabályos tulajdonosi jogkivonatot. Küldje a Bearer szót, egy szóközt és a jogkivonatot pontosan úgy, ahogy a jogkivonat-végpont visszaadta.
error-token-expired = A tulajdonosi jogkivonat lejárt. Kérjen újat a jogkivonat-végponttól, és ismételje meg a hívást.
error-token-signature = A tulajdonosi jogkivonat aláírása nem felel meg a kiállító egyetlen közzétett kulcsának sem. Kérjen új jogkivonatot, és küldje el változtatás nélkül.
error-token-audience = A tulajdonosi jogkivonat más célközönségnek szól. Kérjen jogkivonatot ehhez: „{ $expected }”.
error-token-issuer = A tulajdonosi jogkivonat kiállítója itt nem megbízható: „{ $issuer }”. Olyan kiállítótól kérje a jogkivonatot, amelyben ez a kiszolgáló a beállításai szerint megbízik.
error-invalid-api-version = Az api-version lekérdezési paraméter hiányzik vagy ismeretlen. Küldje a következő értékek egyikét: { $known }.
error-not-a-member = Ön nem tagja ennek a közzétevőnek: „{ $publisher }”. Ellenőrizze a közzétevő azonosítóját, vagy kérje meg a közzétevő egyik tulajdonosát, hogy vegye fel Önt.
error-role-forbids = Az Ön szerepköre („{ $role }”) nem engedi meg ezt a hívást. Kérjen a közzétevő egyik tulajdonosától olyan szerepkört, amely megengedi.
error-role-forbids-force = Az Ön szerepköre („{ $role }”) nem enged meg kényszert. Kérje meg a közzétevő egyik tulajdonosát, hogy alkalmazza, vagy szakítsa meg a műveletet kényszer nélkül.
error-operator-only = Ezt csak a kiszolgáló üzemeltetője teheti meg. Küldje el az üzemeltető tokenjét, vagy forduljon az üzemeltetőhöz.
error-taken-for =
    { $kind ->
        [operator] A kiszolgáló a saját üzemeltetőjének („{ $caller }”) tekinti Önt.
        [person] A kiszolgáló ennek a személynek tekinti Önt: „{ $caller }”.
       *[app] A kiszolgáló ennek az alkalmazásnak tekinti Önt: „{ $caller }”.
    }
error-self-review = Ezt a műveletet Ön indította, és ez a közzétevő nem engedi, hogy a(z) „{ $step }” lépést az indító hagyja jóvá. Kérjen meg egy másik bírálót, vagy utasítsa el a lépést.
error-last-owner = A(z) „{ $publisher }” közzétevő tulajdonos nélkül maradna. Előbb tegyen egy másik tagot tulajdonossá, vagy forduljon a kiszolgáló üzemeltetőjéhez.
error-invalid-name = „{ $value }” nem lehet { $field }. Használjon 1–{ $limit } látható ASCII-karaktert „/” nélkül; az „operator” név foglalt, a személyt pedig user: és az azonosító alakban kell írni.
error-hidden-characters = A(z) „{ $field }” vezérlőkaraktereket, illetve láthatatlan vagy a szövegirányt megváltoztató karaktereket tartalmaz. Távolítsa el őket.
error-no-token-endpoint = Ez a kiszolgáló maga nem ad ki tokeneket: a következő kibocsátóéiban bízik: „{ $issuer }”. Ott vegye fel az ügyfelet, itt pedig tegye egy közzétevő tagjává.
error-too-many-publishes = Ön annyi műveletet indított, amennyit ez a kiszolgáló megenged, azaz óránként { $limit } műveletet. Várjon annyi ideig, amennyit a Retry-After fejléc megad, majd küldje el újra a kérést.
error-too-many-recipients = Az ehhez a közzétevőhöz intézett kérések annyi e-mail-címet neveztek meg, amennyit ez a kiszolgáló megenged, azaz óránként { $limit } címet. Adjon meg kevesebbet a metadata.notification-emails tagban, vagy várjon annyi ideig, amennyit a Retry-After fejléc megad.
error-offer-not-found = Ennek a közzétevőnek nincs ilyen ajánlata: „{ $offer }”. Ellenőrizze az ajánlat azonosítóját, vagy kérje le az ajánlatok listáját.
error-operation-not-found = Itt nincs ilyen művelet: „{ $operation }”. Ellenőrizze az azonosítót vagy a címet, vagy kérje le az ajánlat műveleteinek listáját.
error-version-not-found = Az ajánlatnak nincs ilyen verziója: „{ $version }”. Kérje le az ajánlatot, hogy lássa a legújabb verzióját.
error-slot-not-found = Az ajánlat ezen a tárolóhelyen nem tartalmaz semmit: „{ $slot }”. A tárolóhelyek: draft, preview (a publish tölti fel) és production (a golive tölti fel).
error-publisher-not-found = Nincs ilyen közzétevő: „{ $publisher }”. Ellenőrizze a közzétevő azonosítóját, vagy kérje le az Ön közzétevőinek listáját.
error-step-not-found = A műveletnek nincs ilyen lépése: „{ $step }”. Használja a lépések egyikét: { $known }.
error-path-not-found = Ezen az útvonalon nem található semmi: „{ $path }”. Vesse össze az írásmódját az API leírásával.
error-method-not-allowed = Az útvonal („{ $path }”) nem fogadja el ezt a metódust: { $method }. Használja az e válasz Allow fejlécében felsorolt metódusok egyikét.
error-payload-too-large = A törzs túl nagy; a korlát { $limit_bytes } bájt. Küldjön kisebbet.
error-unsupported-media-type = A törzs Content-Type értéke „{ $got }”, de csak az application/json fogadható el. Küldjön JSON-t, és jelölje ezt a fejlécben.
error-invalid-json = A törzs nem érvényes JSON; { $line }. sor, { $column }. oszlop: { $detail }. Javítsa ki, és küldje el újra.
error-body-shape = A törzs egyik tagjának típusa hibás: „{ $field }”. Ebben a formában küldje: { $expected }.
error-body-missing = A törzsből hiányzik ez a tag: „{ $field }”. Adja hozzá, és küldje el újra a kérést.
error-repeated-member = A törzsben többször szerepel ez a tag: „{ $field }”, így nem egyértelmű, melyik számít. Egyszer küldje.
error-reserved-member = A törzs egyik tagjának neve fenntartott: „{ $field }”. Nevezze át.
error-id-taken = „{ $offer }” csak kis- és nagybetűkben tér el a meglévő offerId értékétől: „{ $existing }”. Ha arra gondolt, azt használja, újhoz pedig válasszon másik azonosítót.
error-invalid-email = A metadata.notification-emails egyik eleme nem e-mail-cím: „{ $address }”. Javítsa ki, és több címet vesszővel válasszon el.
error-too-many-emails = A metadata.notification-emails túl sok címet tartalmaz. Legfeljebb { $limit } címet küldjön.
error-too-long = Túl hosszú ennek az értéke: „{ $field }”. Rövidítse legfeljebb { $limit } karakterre.
error-invalid-filter = Erre nem lehet szűrni: „{ $detail_value }”. Használja ezek egyikét: { $known }.
error-invalid-id = „{ $value }” nem érvényes értéke ennek: „{ $field }”. Meglévő azonosítót pontosan úgy küldjön, ahogy a kiszolgáló mutatja; új azonosító betűket, számjegyeket, kötőjelet és aláhúzásjelet tartalmazhat.
error-conflicting-operation-id = A lekérdezésben és a törzsben megadott operationId különböző műveletekre mutat. Csak az egyiket küldje, vagy mindkettőben ugyanazt az azonosítót.
error-invalid-flag = „{ $value }” nem érvényes értéke ennek a paraméternek: „{ $field }”. Küldjön true vagy false értéket, vagy hagyja el.
error-repeatability-incomplete = A kérésben van { $sent } fejléc, de hiányzik ez: { $missing }. Küldje mindkét fejlécet, vagy egyiket se.
error-invalid-request-id = A Repeatability-Request-ID nem használható. Egyszer küldje, GUID-ként vagy más, legfeljebb { $limit } látható ASCII-karakterből álló szövegként.
error-invalid-first-sent = A Repeatability-First-Sent nem dátum. Egyszer küldje, GMT szerint és ebben a formában: Sun, 06 Nov 1994 08:49:37 GMT.
error-first-sent-out-of-range = A Repeatability-First-Sent értékének az elmúlt 24 órába kell esnie, ezért már nem tudható, hogy a kérés végre lett-e hajtva. Ellenőrizze az óráját, nézze meg az ajánlat állapotát, majd küldjön új kérést új Repeatability-Request-ID értékkel.
error-request-id-reused = Ez a Repeatability-Request-ID egy másik kéréshez tartozik. Ismételje meg azt változatlanul, vagy küldje ezt új azonosítóval.
error-repeatability-not-supported = Ez a hívás nem tehető megismételhetővé. Küldje Repeatability-Request-ID és Repeatability-First-Sent nélkül.
error-unknown-offer-type = Ismeretlen offerTypeId: „{ $offer_type }”. Használja ezek egyikét: { $known }.
error-offer-type-changed = Az ajánlat offerTypeId értéke „{ $stored }”, és nem módosítható erre: „{ $sent }”. Küldje a tárolt értéket, vagy hozzon létre másik ajánlatot új azonosítóval.
error-precondition-failed = Az ajánlat megváltozott: az If-Match értéke { $sent }, ez már nem az ajánlat ETag értéke. Kérje le újra az ajánlatot, végezze el rajta a módosítást, és küldje a kapott ETag értéket.
error-create-with-tag = Az ajánlat nem létezik, ezért semmi sem felel meg az If-Match fejlécnek. Ellenőrizze az ajánlat azonosítóját, vagy az ajánlat létrehozásához küldje a kérést If-Match nélkül.
error-publisher-exists = Már van ilyen közzétevő: „{ $publisher }”. Válasszon másik azonosítót, vagy a módosításához küldje el a kérést If-None-Match nélkül.
error-missing-if-match = Az ajánlat már létezik, ezért az If-Match kötelező. Küldje az If-Match fejlécet a lekért ETag értékkel, vagy * értékkel, ha bármely állapotot felül kíván írni.
error-operation-in-progress =
    { $kind ->
        [goLive] Az ajánlat élesítése még folyamatban van: „{ $operation }”.
        [cancel] Az ajánlat egyik műveletének megszakítása még folyamatban van: „{ $operation }”.
       *[publish] Az ajánlat közzététele még folyamatban van: „{ $operation }”.
    } Várja meg, amíg befejeződik, majd küldje el újra a kérést.
error-waiting-for-signoff = A közzététel az Ön jóváhagyására vár: „{ $operation }”. A befejezéséhez hívja a golive, a visszavonásához a cancel végpontot.
error-cancellation-in-progress = Az ajánlat egyik műveletének megszakítása még folyamatban van: „{ $cancellation }”. Várja meg, amíg befejeződik, majd küldje el újra a kérést.
error-no-operation-in-progress = Az ajánlatnak („{ $offer }”) nincs folyamatban lévő művelete, ezért nincs mit megszakítani. Kérje le az ajánlat állapotát, hogy lássa, hogyan végződött a legújabb művelete.
error-past-point-of-no-return = Egy vissza nem vonható lépés („{ $step }”) megkezdődött, ezért a művelet már nem szakítható meg. A művelet a végéig fut; az eredményét egy azt követő újabb közzététellel cserélheti le.
error-force-past-point-of-no-return = Egy vissza nem vonható lépés („{ $step }”) megkezdődött, ezért a művelet kényszerrel sem fejezhető be. A kiszolgáló üzemeltetője befejezheti: signoff operation kill.
error-force-past-switch = A lépés („{ $step }”) már átváltotta a production tárolóhelyet, ezért a művelet csak befejeződhet, kényszerrel nem szakítható meg. Ha magától nem fejeződik be, a kiszolgáló üzemeltetője azonnal befejezheti: signoff operation kill.
error-already-undoing = Egy lépés („{ $step }”) sikertelen volt, és a művelet visszavonása már folyamatban van, ezért az már nem szakítható meg. A művelet sikertelenként fog véget érni; azután tegye közzé újra az ajánlatot.
error-operation-not-running = Nem ez a művelet van folyamatban: „{ $operation }”, ezért semmi sem szakadt meg. Kérje le az ajánlat műveleteinek listáját, és a folyamatban lévőt adja meg.
error-cancellation-failed = A megszakítás („{ $cancellation }”) sikertelen volt, és ezzel a művelet is sikertelenként ért véget. A megszakítás üzeneteiből megtudhatja, mi maradt hátra; a következő közzététel először azt távolítja el.
error-not-ready-for-go-live = Az ajánlat ebben az állapotban nem élesíthető: „{ $status }”. Tegye közzé, és várja meg, amíg az állapota waitingForPublisherReview lesz.
error-step-not-waiting = A lépés („{ $step }”) állapota „{ $state }”, ezért nincs mit jóváhagyni vagy elutasítani. Akkor tegye ezt, amikor az állapota waitingForApproval.
error-validation-failed =
    { $count ->
        [one] A piszkozat egy kifogás miatt nem tehető közzé.
       *[other] A piszkozat { $count } kifogás miatt nem tehető közzé.
    } Javítsa ki, amit e hiba details tagja felsorol, majd tegye közzé újra.
error-no-such-scenario-operation = Az ajánlatnak („{ $offer }”) nincs folyamatban lévő művelete, ezért egyetlen lépés sem engedhető tovább. Először indítson el egy műveletet.
error-unknown-scenario-step = A forgatókönyv olyan lépést nevez meg, amely nincs az ajánlat folyamatában: „{ $step }”. Használja ezek egyikét: { $known }.
error-invalid-duration = Nem időtartam: „{ $value }” (itt: „{ $field }”). Számot és mértékegységet (ms, s, m, h vagy d) küldjön, például 300ms vagy 3d.
error-invalid-scenario = A forgatókönyv egyik tagja („{ $field }”) nem használható: { $detail }. Javítsa ki, és küldje el újra a forgatókönyvet.
error-invalid-fault = A hibaszabály egyik tagja („{ $field }”) nem használható: { $detail }. Javítsa ki, és küldje el újra a szabályt.
error-clock-timeout = Az óra előreállítása megtörtént, de az esedékes események közül ezek nem következtek be időben: { $pending }. Az ok kiderítéséhez kérje le e műveletek állapotát.
error-clock-left = Ez a kiszolgáló éppen leáll, és nem léptet több időt. Az óra állása { $now }: léptesse tovább a hiányzó idővel egy másik kiszolgálón, vagy ezen, amikor újra fut.
error-snapshot-invalid = A fájl nem állítható vissza: { $detail }. Változtatás nélkül küldjön olyan fájlt, amelyet e kiszolgáló snapshot hívása adott vissza.
error-body-too-slow = A törzs nem érkezett meg 30 másodpercen belül. Küldje el újra a kérést gyorsabb kapcsolaton vagy kisebb törzzsel.
error-malformed-request = A kérés nem érvényes HTTP/1.1. Ellenőrizze az első sorát és a fejléceit: a címben az idézőjelet, a szóközt, a < és a > jelet százalékkódolni kell.
error-head-too-large = A kérés első sora és fejlécei nagyobbak, mint { $bytes } bájt, vagy a fejlécek száma több, mint { $headers }. Küldjön kevesebb vagy rövidebb fejlécet és rövidebb címet.
error-too-many-connections = Az Ön címének már { $limit } olyan nyitott kapcsolata van, amely nem mutatott érvényes tokent. Zárjon be néhányat, vagy használjon egyet újra, és próbálja újra, amikor a Retry-After jelzi.
error-starting = A kiszolgáló indul. Várjon annyi ideig, amennyit a Retry-After fejléc megad, majd küldje el újra a kérést.
error-unsupported-encoding = A törzs Content-Encoding értéke „{ $got }”, de csak kódolás nélküli törzs fogadható el. Küldje a törzset tömörítés nélkül.
error-body-broken = A törzs túl korán véget ért, vagy a darabjai hibásak. Küldje el az egészet a helyes Content-Length fejléccel vagy érvényes darabokban (chunks).
error-host-not-allowed = A „{ $host }” gazdanévre a fejlesztői mód nem válaszol. Használja a localhost vagy a 127.0.0.1 nevet, vagy vegye fel a nevet az allowed_hosts beállításba.
error-origin-needs-json = Az Origin fejlécet tartalmazó, módosító kérésnek application/json típusú törzset kell megjelölnie. Állítsa be ezt a Content-Type értéket, vagy ne küldjön Origin fejlécet.
error-invalid-host = A kérésnek pontosan egy Host fejléce lehet, érvényes gazdanévvel. Küldjön egyet.
error-too-busy = Túl sok kérés érkezik. Várjon annyi ideig, amennyit a Retry-After fejléc megad, majd küldje el újra a kérést.
error-unavailable = A kiszolgáló pillanatnyilag nem tud válaszolni. Várjon annyi ideig, amennyit a Retry-After fejléc megad, majd küldje el újra a kérést.
error-internal = A kiszolgáló nem tudta feldolgozni a kérést. Küldje el újra; ha az is sikertelen, adja meg a kérés azonosítóját ({ $request_id }) a kiszolgáló üzemeltetőjének.
error-store-conflict = Egyszerre túl sok módosítás érkezett, és ezt nem sikerült tárolni. Kérje le újra az ajánlatot, és ismételje meg a kérést.
error-webhook-signature = A visszahívás nincs megfelelően aláírva. Írja alá az azonosítót, az időt és a törzset a webhook titkával, és küldje el a webhook-id, webhook-timestamp és webhook-signature fejlécet; az idő legfeljebb öt perccel térhet el.
error-callback-not-awaited = Senki sem vár erre a válaszra a(z) „{ $step }” lépésről. Már más válasz érkezett rá, törölték vagy lejárt a határideje, vagy az idempotencyKey egy másik kéréshez tartozik. Semmi sem változott; ne dolgozzon rajta tovább.
