### Findings of validation, in Hungarian. Member names, keys and codes stay as the wire spells them.

finding-missing-field = Az ajánlatból hiányzik ez: „{ $field }”. Töltse ki.
finding-wrong-type = Hibás típusú érték: „{ $field }”. Ezt küldje: { $expected ->
    [text] szöveg idézőjelben
    [number] szám
    [boolean] true vagy false
    [list] lista szögletes zárójelben
   *[object] objektum kapcsos zárójelben
}.
finding-invalid-email = Ez a mező nem e-mail-címet tartalmaz: „{ $field }”. Adjon meg egyet, például: name@example.com.
finding-invalid-url = Ez a mező nem webcímet tartalmaz: „{ $field }”. Adjon meg egy teljes címet, amely így kezdődik: https:// vagy http://.
finding-missing-category = Az ajánlatnak nincs kategóriája. Adjon hozzá legalább egyet itt: „{ $field }”.
finding-flat-categories = „{ $field }” régi formában sorolja fel a kategóriákat, és azok kulcsait semmi sem ellenőrzi. Adja meg őket inkább itt: „{ $right }”.
finding-unknown-category = „{ $key }” nem kategóriakulcs a következő típusú ajánlatoknál: { $offer_type }. Ezek valamelyikére gondolt: { $near }? Az összes kulcs itt található: { $address }.
finding-unknown-subcategory = Ennek a kategóriának: „{ $category }” nincs „{ $key }” alkategóriája. Ezek valamelyikére gondolt: { $near }? Az összes kulcs itt található: { $address }.
finding-misplaced-keys = „{ $field }” nem a mellette álló első szintű kulcshoz tartozik. Nevezze át erre: „{ $right }”, vagy tegye külön elembe.
finding-industries-not-allowed = A következő típusú ajánlatoknak nincs iparága: { $offer_type }. Távolítsa el ezt a mezőt.
finding-unknown-industry = „{ $key }” nem iparágkulcs ennél az ajánlattípusnál. Ezek valamelyikére gondolt: { $near }? Az összes kulcs itt található: { $address }.
finding-unknown-subindustry = Ehhez az iparághoz: „{ $industry }” nem tartozik „{ $key }” kulcs. Ezek valamelyikére gondolt: { $near }? Az összes kulcs itt található: { $address }.
finding-missing-plan = Az ajánlatnak nincs csomagja. Adjon hozzá legalább egyet itt: „plans”.
finding-invalid-plan-id = „{ $plan }” nem lehet csomagazonosító. Legfeljebb 50 betűt, számjegyet, kötőjelet, aláhúzást és pontot használjon, betűvel vagy számjeggyel kezdve.
finding-duplicate-plan-id = Ez a csomagazonosító kétszer szerepel: „{ $plan }”. Minden csomagnak és lemezgenerációnak adjon saját azonosítót.
finding-missing-image = A csomagnak nincs gépi lemezképe. Adjon hozzá egy „osVhdUrl” taggal rendelkező verziót itt: „{ $field }”.
finding-sas-incomplete = A cím közös hozzáférésű aláírásából hiányzik ez a paraméter: „{ $parameter }”, ezért lehet, hogy nem működik. Hozzon létre egyet jogosultságokkal (sp) és lejárattal (se).
finding-sas-lacks-read = A cím közös hozzáférésű aláírása nem engedi az olvasást. Hozzon létre újat rl jogosultságokkal (sp).
finding-sas-lacks-list = A cím közös hozzáférésű aláírása nem engedi a listázást. Hozzon létre újat rl jogosultságokkal (sp).
finding-sas-name-behind = A fájl neve a cím aláírása mögött áll. Tegye az útvonal végére, a kérdőjel elé.
finding-sas-expired = A cím közös hozzáférésű aláírása lejárt ekkor: { $expired }. Hozzon létre újat, amely a közzététel végéig érvényes marad.
finding-sas-expires-soon = A cím közös hozzáférésű aláírása egy napon belül lejár, ekkor: { $expires }. Hozzon létre újat, amely a közzététel végéig érvényes marad.
finding-sas-not-yet-valid = A cím közös hozzáférésű aláírása csak ettől érvényes: { $starts }. Hozzon létre olyat, amely most érvényes.
finding-sas-expiry-unreadable = A cím közös hozzáférésű aláírásának lejárata (se) „{ $value }”, ami nem időpont. Hozzon létre újat olyan lejárattal, mint 2030-01-31T12:00:00Z.
finding-sas-start-unreadable = A cím közös hozzáférésű aláírásának kezdete (st) „{ $value }”, ami nem időpont. Hozzon létre újat olyan kezdettel, mint 2030-01-31T12:00:00Z, vagy kezdet nélkül.
finding-duplicate-lun = A lemezkép két adatlemezének LUN-ja { $lun }. Mindegyiknek adjon saját számot.
finding-missing-price = A csomagnak nincs ára. Ebben a mezőben: „{ $field }” adjon meg magonkénti árat, magméretenkénti árakat, táblázatot vagy isByol true értéket.
finding-unknown-core-size = Nincs „{ $size }” magméret. Ezek valamelyikére gondolt: { $near }? Az összes magméret itt található: { $address }.
finding-negative-price = Ez az ár nullánál kisebb: { $price }. Adjon meg 0-t vagy többet.
finding-invalid-price = „{ $price }” nem ár. Adjon meg egy ponttal írt tizedes számot, például: 0.25.
finding-unknown-currency = A csomagok nem árazhatók ebben a pénznemben: „{ $currency }”. Használja egy értékesítési régió hárombetűs kódját, például: USD; az összes régió itt található: { $address }.
finding-region-unpriced = Ehhez a régióhoz nincs pénznem: „{ $region }”, ezért a csomagnak ott nincs ára. Távolítsa el a régiót, ha nem ez a szándék.
finding-invalid-region = „{ $region }” nem régiókód. Ezek valamelyikére gondolt: { $near }? Az összes régió itt található: { $address }.
finding-more-warnings = Az itt felsoroltaknál { $count } figyelmeztetéssel több van. Előbb ezeket javítsa ki, majd ellenőrizzen újra.
finding-path-decides = A törzsben ez áll: { $field } = „{ $sent }”, az útvonalban pedig: „{ $path }”. Az útvonal számít; hagyja el a tagot, vagy küldje azt, ami az útvonalban áll.
