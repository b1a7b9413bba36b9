### Findings of validation, in Turkish. Member names, keys and codes stay as the wire spells them.

finding-missing-field = Teklifte “{ $field }” eksik. Doldurun.
finding-wrong-type = “{ $field }” değerinin türü yanlış. Şunu gönderin: { $expected ->
    [text] tırnak içinde metin
    [number] bir sayı
    [boolean] true veya false
    [list] köşeli parantez içinde bir liste
   *[object] süslü parantez içinde bir nesne
}.
finding-invalid-email = “{ $field }” bir e-posta adresi içermiyor. name@example.com gibi bir adres girin.
finding-invalid-url = “{ $field }” bir web adresi içermiyor. https:// veya http:// ile başlayan tam bir adres girin.
finding-missing-category = Teklifin kategorisi yok. “{ $field }” içine en az bir kategori ekleyin.
finding-flat-categories = “{ $field }” kategorileri, anahtarları denetlenmeyen eski bir biçimde listeliyor. Bunun yerine onları “{ $right }” içinde belirtin.
finding-unknown-category = “{ $key }”, { $offer_type } türündeki teklifler için bir kategori anahtarı değil. Şunlardan birini mi demek istediniz: { $near }? Tüm anahtarlar şu adreste: { $address }.
finding-unknown-subcategory = “{ $category }” kategorisinin “{ $key }” adlı bir alt kategorisi yok. Şunlardan birini mi demek istediniz: { $near }? Tüm anahtarlar şu adreste: { $address }.
finding-misplaced-keys = “{ $field }”, yanındaki birinci düzey anahtara ait değil. Adını “{ $right }” olarak değiştirin veya kendi öğesine taşıyın.
finding-industries-not-allowed = { $offer_type } türündeki tekliflerin sektörü olmaz. Bu alanı kaldırın.
finding-unknown-industry = “{ $key }” bu teklif türünün bir sektör anahtarı değil. Şunlardan birini mi demek istediniz: { $near }? Tüm anahtarlar şu adreste: { $address }.
finding-unknown-subindustry = “{ $industry }” sektörünün altında “{ $key }” anahtarı yok. Şunlardan birini mi demek istediniz: { $near }? Tüm anahtarlar şu adreste: { $address }.
finding-missing-plan = Teklifin planı yok. “plans” içine en az bir plan ekleyin.
finding-invalid-plan-id = “{ $plan }” bir plan kimliği olamaz. Harf veya rakamla başlayan, en çok 50 harf, rakam, tire, alt çizgi ve nokta kullanın.
finding-duplicate-plan-id = “{ $plan }” plan kimliği iki kez kullanılmış. Her plana ve her disk nesline ayrı bir kimlik verin.
finding-missing-image = Planın makine görüntüsü yok. “{ $field }” içine “osVhdUrl” içeren bir sürüm ekleyin.
finding-sas-incomplete = Bu adresin paylaşılan erişim imzasında “{ $parameter }” parametresi yok, bu yüzden çalışmayabilir. İzinleri (sp) ve bitiş zamanı (se) olan bir imza oluşturun.
finding-sas-lacks-read = Bu adresin paylaşılan erişim imzası okumaya izin vermiyor. rl izinleriyle (sp) yeni bir imza oluşturun.
finding-sas-lacks-list = Bu adresin paylaşılan erişim imzası listelemeye izin vermiyor. rl izinleriyle (sp) yeni bir imza oluşturun.
finding-sas-name-behind = Dosyanın adı bu adresin imzasının arkasında duruyor. Adı, soru işaretinden önce yolun sonuna koyun.
finding-sas-expired = Bu adresin paylaşılan erişim imzasının süresi { $expired } tarihinde doldu. Yayımlama boyunca geçerli kalacak yeni bir imza oluşturun.
finding-sas-expires-soon = Bu adresin paylaşılan erişim imzasının süresi { $expires } tarihinde, bir günden kısa süre sonra doluyor. Yayımlama boyunca geçerli kalacak yeni bir imza oluşturun.
finding-sas-not-yet-valid = Bu adresin paylaşılan erişim imzası { $starts } tarihinden önce geçerli değil. Şu anda geçerli olan bir imza oluşturun.
finding-sas-expiry-unreadable = Bu adresin paylaşılan erişim imzasının bitiş değeri (se) “{ $value }” bir zaman değil. 2030-01-31T12:00:00Z gibi bir bitiş zamanıyla yeni bir imza oluşturun.
finding-sas-start-unreadable = Bu adresin paylaşılan erişim imzasının başlangıç değeri (st) “{ $value }” bir zaman değil. 2030-01-31T12:00:00Z gibi bir başlangıçla veya başlangıçsız yeni bir imza oluşturun.
finding-duplicate-lun = Bu görüntünün iki veri diski { $lun } LUN numarasına sahip. Her birine ayrı bir numara verin.
finding-missing-price = Planın fiyatı yok. “{ $field }” için çekirdek başına fiyat, her çekirdek boyutuna fiyat, bir elektronik tablo ya da isByol true verin.
finding-unknown-core-size = “{ $size }” diye bir çekirdek boyutu yok. Şunlardan birini mi demek istediniz: { $near }? Tüm çekirdek boyutları şu adreste: { $address }.
finding-negative-price = { $price } fiyatı sıfırdan küçük. 0 veya daha büyük bir değer girin.
finding-invalid-price = “{ $price }” bir fiyat değil. 0.25 gibi noktalı bir ondalık sayı girin.
finding-unknown-currency = Planlar “{ $currency }” para biriminde fiyatlandırılamaz. Planların satıldığı bir bölgenin üç harfli kodunu kullanın, örneğin USD; tüm bölgeler şu adreste: { $address }.
finding-region-unpriced = “{ $region }” bölgesi için para birimi yok, bu yüzden planın orada fiyatı olmaz. İstenen bu değilse bölgeyi kaldırın.
finding-invalid-region = “{ $region }” bir bölge kodu değil. Şunlardan birini mi demek istediniz: { $near }? Tüm bölgeler şu adreste: { $address }.
finding-more-warnings = Burada listelenenlerden { $count } fazla uyarı var. Önce bunları düzeltin, sonra yeniden denetleyin.
finding-path-decides = Gövde { $field } olarak “{ $sent }”, yol ise “{ $path }” diyor. Yol geçerlidir; üyeyi çıkarın veya yolda yazanı gönderin.
