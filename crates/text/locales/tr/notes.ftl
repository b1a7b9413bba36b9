### Messages of steps and operations, in Turkish. They are HTML text: no markup here.

note-step-completed = Adım tamamlandı.
note-step-retry = Deneme { $attempt }/{ $of } başarısız oldu ve yinelenecek: { $reason }
note-step-failed = Adım başarısız oldu: { $reason }
note-step-rejected =
    { $reason ->
        [0] { $by } adımı reddetti: -
       *[other] { $by } adımı reddetti: { $reason }
    }
note-step-approved = { $by } adımı onayladı.
note-step-stopped = İşlem iptal edildiği için adım durduruldu.
note-undo-completed = “{ $step }” adımı geri alındı.
note-undo-retry = “{ $step }” adımını geri alma denemesi { $attempt } başarısız oldu ve yinelenecek: { $reason }
note-undo-failed = “{ $step }” adımı geri alınamadı: { $reason }
note-undo-given-up = “{ $step }” adımı geri alınmadı: geri alma işinden vazgeçildi.
note-left-behind = “{ $step }” adımından geriye kalan ve bir sonraki yayımlamanın önce kaldıracağı: bu adımın oluşturdukları
note-leftover-removed = Önceki bir işlemin “{ $step }” adımından geriye kalanlar kaldırıldı.
note-waiting-for-approval = Adım, bir gözden geçirenin onaylamasını veya reddetmesini bekliyor.
note-waiting-for-signoff = Önizleme hazır. Gözden geçirin; ardından onay vermek için golive, yayımlamayı geri çekmek için cancel çağrısını yapın.
note-signed-off = { $by } önizlemeyi onayladı.
note-preview-filled = preview yuvasında artık teklifin { $version } numaralı sürümü var.
note-preview-restored = preview yuvası yeniden işlemden önceki durumunda.
note-production-switched = production yuvasında artık teklifin { $version } numaralı sürümü var.
note-cancel-requested =
    { $reason ->
        [0] { $by } işlemin iptal edilmesini istedi.
       *[other] { $by } işlemin iptal edilmesini istedi: { $reason }
    }
note-forced =
    { $reason ->
        [0] { $by } işlemi zorla bitirdi. Geri alınmayan adımlar: { $given_up }.
       *[other] { $by } işlemi zorla bitirdi. Geri alınmayan adımlar: { $given_up }. Neden: { $reason }
    }
note-killed =
    { $reason ->
        [0] Sunucunun işletmeni ({ $by }) işlemi bitirdi. Geri alınmayan adımlar: { $given_up }.
       *[other] Sunucunun işletmeni ({ $by }) işlemi bitirdi. Geri alınmayan adımlar: { $given_up }. Neden: { $reason }
    }
note-killed-after-switch =
    { $reason ->
        [0] Sunucunun işletmeni ({ $by }) işlemi production yuvası değiştikten sonra bitirdi; bu nedenle işlem hemen tamamlandı.
       *[other] Sunucunun işletmeni ({ $by }) işlemi production yuvası değiştikten sonra bitirdi; bu nedenle işlem hemen tamamlandı. Neden: { $reason }
    }
note-canceled-by =
    { $reason ->
        [0] { $by } işlemi iptal etti.
       *[other] { $by } işlemi iptal etti: { $reason }
    }
note-cancellation-completed = İptal tamamlandı. İptal edilen işlemden geriye hiçbir şey kalmadı.
note-cancellation-failed = İptal başarısız oldu ve işlem de onunla birlikte başarısız olarak bitti. Geride ne kaldığı diğer iletilerde belirtilir.
note-warning = Uyarı: { $code } ({ $target }): { $text }
note-operation-failed = İşlem “{ $step }” adımında başarısız oldu: { $reason }
note-accepted = { $hook } isteği aldı ve üzerinde çalışıyor.
note-said = { $hook } şunu bildiriyor: { $text }
note-not-reached = { $hook } yanıt vermedi ve yeniden sorulacak: { $reason }
note-step-unanswered = { $hook } süresi dolmadan yanıt vermediği için adım başarısız oldu.
note-undo-unanswered = { $hook }, “{ $step }” adımının geri alınıp alınmadığını süresi dolmadan bildirmedi. Adım, ayarların gerektirdiği gibi geri alınmış sayılıyor; geriye bir şey kalıp kalmadığını { $hook } hizmetine sorun.
note-undo-overdue = “{ $step }” adımı geri alınamadı: { $hook } süresi dolmadan yanıt vermedi.
note-finding = Bulgu { $code } ({ $target }): { $text }
