### Mails about an operation, in Turkish: plain text.

mail-kind =
    { $kind ->
        [goLive] canlıya alma
       *[publish] yayımlama
    }
mail-facts =
    Yayımcı: { $publisher }
    Teklif: { $offer }
    İşlem: { $operation } ({ mail-kind })
mail-footer = Bu iletiyi, adresiniz bu işlemi izleyenlerin listesinde bulunduğu için alıyorsunuz.

mail-started-subject = { $publisher }/{ $offer }: { mail-kind } başladı
mail-started-body =
    Teklif üzerinde bir işlem başladı.

    { mail-facts }

    Size gerek duyulduğunda veya işlem bittiğinde bilgilendirileceksiniz.

    { mail-footer }

mail-waiting-for-signoff-subject = { $publisher }/{ $offer }: onayınız bekleniyor
mail-waiting-for-signoff-body =
    Teklifin önizlemesi hazır ve onayınızı bekliyor.

    { mail-facts }

    Önizlemeyi gözden geçirin. Ardından teklifi canlıya almak için golive, yayımlamayı geri çekmek için cancel çağrısını yapın.

    { mail-footer }

mail-failed-subject = { $publisher }/{ $offer }: { mail-kind } başarısız oldu
mail-failed-body =
    Teklif üzerindeki bir işlem başarısız oldu.

    { mail-facts }

    { $findings ->
        [0] Nedenini işlemin iletilerinden okuyun, ardından işlemi yeniden başlatın.
       *[other]
            Bulunanlar:
            { $findings }

            Bunları düzeltin, ardından işlemi yeniden başlatın.
    }

    { mail-footer }

mail-canceled-subject = { $publisher }/{ $offer }: { mail-kind } işlemi iptal edildi
mail-canceled-body =
    Teklif üzerindeki bir işlem iptal edildi. Geriye hiçbir şey kalmadı.

    { mail-facts }
    İptal eden: { $by }
    Neden: { $reason ->
        [0] belirtilmedi
       *[other] { $reason }
    }

    { mail-footer }

mail-cancellation-failed-subject = { $publisher }/{ $offer }: iptal başarısız oldu
mail-cancellation-failed-body =
    Bir işlemin iptali başarısız oldu ve işlem de onunla birlikte başarısız olarak bitti.

    { mail-facts }

    { $left ->
        [0] Geride ne kaldığını görmek için iptal işleminin iletilerini okuyun.
       *[other]
            Geride kalanlar:
            { $left }
    }

    Teklifin bir sonraki yayımlaması, başka bir şey yapmadan önce geride kalanları kaldırır.

    { mail-footer }

mail-live-subject = { $publisher }/{ $offer }: { $version } numaralı sürüm canlıda
mail-live-body =
    Teklifin { $version } numaralı sürümü canlıda.

    { mail-facts }

    { mail-footer }

mail-left-behind = “{ $step }” adımından geriye kalan ve bir sonraki yayımlamanın önce kaldıracağı: { $step }
