### Errors of the API, in Turkish.
### Words: yayımcı, teklif, işlem (operation), adım, yuva (slot), yayımlama (publish), canlıya alma (go live), onay (sign-off), iptal.
### No suffix is attached to an argument: its vowels are not known.

error-token-missing = İstekte taşıyıcı belirteci yok. “Authorization: Bearer” üst bilgisini, ardından belirteç uç noktasından alınan bir belirteçle gönderin.
error-token-malformed = Authorization üst bilgisi düzgün biçimli bir taşıyıcı belirteci içermiyor. Bearer sözcüğünü, bir boşluğu ve belirteci tam olarak belirteç uç noktasının döndürdüğü biçimde gönderin.
error-token-expired = Taşıyıcı belirtecinin süresi dolmuş. Belirteç uç noktasından yeni bir belirteç isteyin ve çağrıyı yineleyin.
error-token-signature = Taşıyıcı belirtecinin imzası, belirteci verenin yayımlanmış anahtarlarından hiçbiriyle eşleşmiyor. Yeni bir belirteç isteyin ve onu değiştirmeden gönderin.
error-token-audience = Taşıyıcı belirteci başka bir hedef kitle için verilmiş. Şunun için bir belirteç isteyin: “{ $expected }”.
error-token-issuer = Taşıyıcı belirtecini veren “{ $issuer }” burada güvenilir sayılmıyor. Belirteci, bu sunucunun güvenmek üzere yapılandırıldığı bir verenden isteyin.
error-invalid-api-version = api-version sorgu parametresi eksik veya bilinmiyor. Şu değerlerden birini gönderin: { $known }.
error-not-a-member = “{ $publisher }” adlı yayımcının üyesi değilsiniz. Yayımcı kimliğini denetleyin veya yayımcının bir sahibinden sizi eklemesini isteyin.
error-role-forbids = “{ $role }” rolünüz bu çağrıya izin vermiyor. Yayımcının bir sahibinden izin veren bir rol isteyin.
error-role-forbids-force = “{ $role }” rolünüz zorla bitirmeye izin vermiyor. Yayımcının bir sahibinden bunu yapmasını isteyin veya zorlamadan iptal edin.
error-operator-only = Bunu yalnızca bu sunucunun işletmeni yapabilir. İşletmenin belirtecini gönderin veya işletmene başvurun.
error-taken-for =
    { $kind ->
        [operator] Sunucu sizi kendi işletmeni (“{ $caller }”) olarak görüyor.
        [person] Sunucu sizi “{ $caller }” kişisi olarak görüyor.
       *[app] Sunucu sizi “{ $caller }” uygulaması olarak görüyor.
    }
error-self-review = Bu işlemi siz başlattınız ve bu yayımcı “{ $step }” adımını başlatanın onaylamasına izin vermiyor. Başka bir inceleyiciden isteyin veya adımı reddedin.
error-last-owner = “{ $publisher }” adlı yayımcı sahipsiz kalırdı. Önce başka bir üyeyi sahip yapın veya sunucunun işletmenine başvurun.
error-invalid-name = “{ $value }” bir { $field } olamaz. “/” içermeyen 1 ile { $limit } arasında görünür ASCII karakteri kullanın; “operator” adı alınmıştır ve bir kişi user: ile kimliği olarak yazılır.
error-hidden-characters = “{ $field }” denetim karakterleri ya da görünmeyen veya metnin yönünü değiştiren karakterler içeriyor. Bunları kaldırın.
error-no-token-endpoint = Bu sunucu kendisi belirteç vermez: “{ $issuer }” tarafından verilenlere güvenir. İstemciyi orada kaydedin ve burada bir yayımcının üyesi yapın.
error-too-many-publishes = Bu sunucunun izin verdiği kadar işlem başlattınız; sınır saatte { $limit } işlemdir. Retry-After üst bilgisinde belirtilen süre kadar bekleyin, ardından isteği yeniden gönderin.
error-too-many-recipients = Bu yayımcıya ilişkin istekler, bu sunucunun izin verdiği kadar e-posta adresi içerdi; sınır saatte { $limit } adrestir. metadata.notification-emails içinde daha az adres yazın veya Retry-After üst bilgisinde belirtilen süre kadar bekleyin.
error-offer-not-found = Bu yayımcının “{ $offer }” adlı bir teklifi yok. Teklif kimliğini denetleyin veya hangilerinin bulunduğunu görmek için teklifleri listeleyin.
error-operation-not-found = Burada “{ $operation }” kimlikli bir işlem yok. Kimliği veya adresi denetleyin ya da teklifin işlemlerini listeleyin.
error-version-not-found = Teklifin “{ $version }” numaralı bir sürümü yok. En yeni sürümünü görmek için teklifi okuyun.
error-slot-not-found = Teklifin “{ $slot }” adlı bir yuvasında hiçbir şey yok. Yuvalar şunlardır: draft, preview (publish ile dolar) ve production (golive ile dolar).
error-publisher-not-found = “{ $publisher }” adlı bir yayımcı yok. Yayımcı kimliğini denetleyin veya yayımcılarınızı listeleyin.
error-step-not-found = İşlemin “{ $step }” adlı bir adımı yok. Adımlarından birini kullanın: { $known }.
error-path-not-found = “{ $path }” yolunda hiçbir şey bulunamadı. Yazımını API tanımıyla karşılaştırın.
error-method-not-allowed = “{ $path }” yolu { $method } yöntemini kabul etmiyor. Bu yanıtın Allow üst bilgisindeki yöntemlerden birini kullanın.
error-payload-too-large = Gövde izin verilenden büyük; sınır { $limit_bytes } bayttır. Daha küçük bir gövde gönderin.
error-unsupported-media-type = Gövdenin Content-Type değeri “{ $got }”, oysa yalnızca application/json kabul edilir. JSON gönderin ve bunu üst bilgide belirtin.
error-invalid-json = Gövde geçerli bir JSON değil; satır { $line }, sütun { $column }: { $detail }. Düzeltip yeniden gönderin.
error-body-shape = Gövdedeki “{ $field }” üyesinin türü yanlış. Şu türde gönderin: { $expected }.
error-body-missing = Gövdede “{ $field }” üyesi eksik. Ekleyip isteği yeniden gönderin.
error-repeated-member = Gövdede “{ $field }” üyesi birden çok kez var, bu yüzden hangisinin geçerli olduğu belli değil. Bir kez gönderin.
error-reserved-member = Gövdedeki “{ $field }” üyesinin adı ayrılmış bir addır. Adını değiştirin.
error-id-taken = “{ $offer }”, var olan offerId “{ $existing }” değerinden yalnızca büyük/küçük harf bakımından farklı. Onu kastediyorsanız “{ $existing }” kullanın, yeni bir kayıt için başka bir kimlik seçin.
error-invalid-email = metadata.notification-emails içindeki “{ $address }” bir e-posta adresi değil. Düzeltin ve birden çok adresi virgülle ayırın.
error-too-many-emails = metadata.notification-emails çok fazla adres içeriyor. En çok { $limit } adres gönderin.
error-too-long = “{ $field }” değeri çok uzun. En çok { $limit } karakter olacak biçimde kısaltın.
error-invalid-filter = “{ $detail_value }” ile filtreleme yapılamaz. Şunlardan birini kullanın: { $known }.
error-invalid-id = “{ $value }”, “{ $field }” için geçerli bir değer değil. Var olan bir kimliği tam olarak sunucunun gösterdiği biçimde gönderin; yeni bir kimlik harf, rakam, kısa çizgi ve alt çizgi içerebilir.
error-conflicting-operation-id = Sorgudaki operationId ile gövdedeki operationId farklı işlemleri gösteriyor. Yalnızca birini gönderin veya ikisinde de aynı kimliği kullanın.
error-invalid-flag = “{ $value }”, “{ $field }” parametresi için geçerli bir değer değil. true veya false gönderin ya da parametreyi çıkarın.
error-repeatability-incomplete = İstekte { $sent } üst bilgisi var, ancak { $missing } yok. İki üst bilgiyi birlikte gönderin veya hiçbirini göndermeyin.
error-invalid-request-id = Repeatability-Request-ID kullanılamıyor. Bir GUID veya en çok { $limit } görünür ASCII karakterinden oluşan başka bir metin olarak yalnızca bir kez gönderin.
error-invalid-first-sent = Repeatability-First-Sent bir tarih değil. GMT olarak ve şu biçimde yalnızca bir kez gönderin: Sun, 06 Nov 1994 08:49:37 GMT.
error-first-sent-out-of-range = Repeatability-First-Sent son 24 saat içinde olmalıdır; bu nedenle isteğin yerine getirilip getirilmediği artık bilinmiyor. Saatinizi denetleyin, teklifin durumuna bakın, ardından yeni bir Repeatability-Request-ID ile yeni bir istek gönderin.
error-request-id-reused = Bu Repeatability-Request-ID başka bir isteğe ait. O isteği değiştirmeden yineleyin veya bunu yeni bir kimlikle gönderin.
error-repeatability-not-supported = Bu çağrı yinelenebilir yapılamaz. Repeatability-Request-ID ve Repeatability-First-Sent olmadan gönderin.
error-unknown-offer-type = “{ $offer_type }” bilinen bir offerTypeId değil. Şunlardan birini kullanın: { $known }.
error-offer-type-changed = Teklifin offerTypeId değeri “{ $stored }” ve “{ $sent }” olarak değiştirilemez. Kayıtlı değeri gönderin veya yeni bir kimlikle başka bir teklif oluşturun.
error-precondition-failed = Teklif değişti: If-Match değeri { $sent } artık teklifin ETag değeri değil. Teklifi yeniden okuyun, değişikliğinizi okuduğunuza uygulayın ve onun ETag değerini gönderin.
error-create-with-tag = Teklif yok, bu nedenle If-Match ile eşleşen bir şey de yok. Teklif kimliğini denetleyin veya teklifi oluşturmak için isteği If-Match olmadan gönderin.
error-publisher-exists = “{ $publisher }” adlı bir yayımcı zaten var. Başka bir kimlik seçin veya bunu değiştirmek için isteği If-None-Match olmadan gönderin.
error-missing-if-match = Teklif zaten var, bu nedenle If-Match gereklidir. If-Match üst bilgisini okuduğunuz ETag ile veya her durumun üzerine yazmak için * ile gönderin.
error-operation-in-progress =
    { $kind ->
        [goLive] Teklifin “{ $operation }” kimlikli canlıya alma işlemi hâlâ sürüyor.
        [cancel] Teklifin “{ $operation }” kimlikli iptal işlemi hâlâ sürüyor.
       *[publish] Teklifin “{ $operation }” kimlikli yayımlama işlemi hâlâ sürüyor.
    } Bitmesini bekleyin, ardından isteği yeniden gönderin.
error-waiting-for-signoff = “{ $operation }” kimlikli yayımlama işlemi onayınızı bekliyor. Tamamlamak için golive, geri çekmek için cancel çağrısını yapın.
error-cancellation-in-progress = Teklifin “{ $cancellation }” kimlikli iptal işlemi hâlâ sürüyor. Bitmesini bekleyin, ardından isteği yeniden gönderin.
error-no-operation-in-progress = “{ $offer }” adlı teklifin süren bir işlemi yok, bu nedenle iptal edilecek bir şey de yok. En yeni işlemin nasıl sonuçlandığını görmek için teklifin durumunu okuyun.
error-past-point-of-no-return = “{ $step }” adımı başladı ve geri alınamaz, bu nedenle işlem artık iptal edilemez. İşlem sonuna kadar sürer; sonucunu değiştirmek için ondan sonra yeniden yayımlayın.
error-force-past-point-of-no-return = “{ $step }” adımı başladı ve geri alınamaz, bu nedenle işlem zorla da bitirilemez. Bu sunucunun işletmeni bitirebilir: signoff operation kill.
error-force-past-switch = “{ $step }” adımı production yuvasını değiştirdi, bu nedenle işlem yalnızca tamamlanabilir ve zorla bitirilemez. Kendiliğinden tamamlanmazsa bu sunucunun işletmeni onu hemen tamamlayabilir: signoff operation kill.
error-already-undoing = “{ $step }” adımı başarısız oldu ve işlem zaten geri alınıyor, bu nedenle artık iptal edilemez. İşlem başarısız olarak bitecek; ondan sonra yeniden yayımlayın.
error-operation-not-running = “{ $operation }” kimlikli işlem şu anda süren işlem değil, bu nedenle hiçbir şey iptal edilmedi. Teklifin işlemlerini listeleyin ve süren işlemi belirtin.
error-cancellation-failed = “{ $cancellation }” kimlikli iptal işlemi başarısız oldu ve işlem de onunla birlikte başarısız olarak bitti. Geride ne kaldığını görmek için iptal işleminin iletilerini okuyun; bir sonraki yayımlama önce bunları kaldırır.
error-not-ready-for-go-live = Teklif, durumu “{ $status }” iken canlıya alınamaz. Teklifi yayımlayın ve durumu waitingForPublisherReview olana kadar bekleyin.
error-step-not-waiting = “{ $step }” adımının durumu “{ $state }”, bu nedenle onaylanacak veya reddedilecek bir şey yok. Bunu, adımın durumu waitingForApproval iken yapın.
error-validation-failed =
    { $count ->
        [one] Taslak bir bulgu nedeniyle yayımlanamıyor.
       *[other] Taslak { $count } bulgu nedeniyle yayımlanamıyor.
    } Bu hatanın details bölümünde listelenenleri düzeltin, ardından yeniden yayımlayın.
error-no-such-scenario-operation = “{ $offer }” adlı teklifin süren bir işlemi yok, bu nedenle hiçbir adım serbest bırakılamaz. Önce bir işlem başlatın.
error-unknown-scenario-step = Senaryoda adı geçen “{ $step }” adımı teklifin işlem hattında yok. Şunlardan birini kullanın: { $known }.
error-invalid-duration = “{ $field }” içindeki “{ $value }” bir süre değil. Bir sayı ve bir birim (ms, s, m, h veya d) gönderin, örneğin 300ms veya 3d.
error-invalid-scenario = Senaryonun “{ $field }” üyesi kullanılamıyor: { $detail }. Düzeltin ve senaryoyu yeniden gönderin.
error-invalid-fault = Hata kuralının “{ $field }” üyesi kullanılamıyor: { $detail }. Düzeltin ve kuralı yeniden gönderin.
error-clock-timeout = Saat ileri alındı, ancak zamanı gelen şunlar süresi içinde gerçekleşmedi: { $pending }. Nedenini bulmak için bu işlemlerin durumunu okuyun.
error-clock-left = Bu sunucu durduruluyor ve artık zamanı ilerletmiyor. Saat { $now } gösteriyor: eksik kalan süreyi başka bir sunucuda ya da bu sunucu yeniden çalıştığında ilerletin.
error-snapshot-invalid = Dosya geri yüklenemiyor: { $detail }. Bu sunucunun snapshot çağrısının döndürdüğü bir dosyayı değiştirmeden gönderin.
error-body-too-slow = Gövde 30 saniye içinde ulaşmadı. İsteği daha hızlı bir bağlantıdan veya daha küçük bir gövdeyle yeniden gönderin.
error-malformed-request = İstek geçerli bir HTTP/1.1 isteği değil. İlk satırını ve üst bilgilerini denetleyin: adreste tırnak işareti, boşluk, < ve > yüzde ile kodlanmalıdır.
error-head-too-large = İsteğin ilk satırı ve üst bilgileri { $bytes } bayttan büyük ya da { $headers } üst bilgiden fazla. Daha az veya daha kısa üst bilgi ve daha kısa bir adres gönderin.
error-too-many-connections = Adresinizin geçerli bir belirteç göstermemiş { $limit } açık bağlantısı var. Bazılarını kapatın veya birini yeniden kullanın ve Retry-After bildirdiğinde yeniden deneyin.
error-starting = Sunucu başlatılıyor. Retry-After üst bilgisinde belirtilen süre kadar bekleyin, ardından isteği yeniden gönderin.
error-unsupported-encoding = Gövdenin Content-Encoding değeri “{ $got }”, oysa yalnızca kodlanmamış gövdeler kabul edilir. Gövdeyi sıkıştırmadan gönderin.
error-body-broken = Gövde erken bitti veya parçaları bozuk. Tamamını, doğru Content-Length ile ya da geçerli parçalar (chunks) halinde gönderin.
error-host-not-allowed = Geliştirme kipinde “{ $host }” ana bilgisayarı yanıtlanmaz. localhost veya 127.0.0.1 kullanın ya da ana bilgisayarı allowed_hosts ayarına ekleyin.
error-origin-needs-json = Origin üst bilgisi olan ve bir şey değiştiren istek, Content-Type olarak application/json bildirmelidir. Bunu ayarlayın veya Origin göndermeyin.
error-invalid-host = İstekte geçerli bir ana bilgisayar adı içeren tam olarak bir Host üst bilgisi bulunmalıdır. Bir tane gönderin.
error-too-busy = Çok fazla istek geliyor. Retry-After üst bilgisinde belirtilen süre kadar bekleyin, ardından isteği yeniden gönderin.
error-unavailable = Sunucu şu anda yanıt veremiyor. Retry-After üst bilgisinde belirtilen süre kadar bekleyin, ardından isteği yeniden gönderin.
error-internal = Sunucu isteği işleyemedi. İsteği yeniden gönderin; yine başarısız olursa { $request_id } istek kimliğini sunucunun yöneticisine bildirin.
error-store-conflict = Aynı anda çok fazla değişiklik geldi ve bu değişiklik kaydedilmedi. Teklifi yeniden okuyun ve isteği yineleyin.
error-webhook-signature = Geri çağrı gerektiği gibi imzalanmamış. Kimliği, zamanı ve gövdeyi web kancasının gizli anahtarıyla imzalayıp webhook-id, webhook-timestamp ve webhook-signature olarak gönderin; zaman en çok beş dakika sapabilir.
error-callback-not-awaited = “{ $step }” adımıyla ilgili bu yanıtı kimse beklemiyor. Adım başka türlü yanıtlandı, iptal edildi veya süresi doldu ya da idempotencyKey başka bir isteğe ait. Hiçbir şey değiştirilmedi; bu adım üzerinde çalışmayı bırakın.
