### Mails about an operation, in Swedish: plain text.

mail-kind =
    { $kind ->
        [goLive] produktionssättning
       *[publish] publicering
    }
mail-facts =
    Utgivare: { $publisher }
    Erbjudande: { $offer }
    Åtgärd: { $operation } ({ mail-kind })
mail-footer = Du får det här meddelandet eftersom din adress finns på listan över dem som följer åtgärden.

mail-started-subject = { $publisher }/{ $offer }: { mail-kind } har börjat
mail-started-body =
    En åtgärd för erbjudandet har börjat.

    { mail-facts }

    Du får besked när den behöver dig eller har avslutats.

    { mail-footer }

mail-waiting-for-signoff-subject = { $publisher }/{ $offer }: väntar på ditt godkännande
mail-waiting-for-signoff-body =
    Förhandsversionen av erbjudandet är klar och väntar på ditt godkännande.

    { mail-facts }

    Granska förhandsversionen. Anropa sedan golive för att sätta erbjudandet i produktion, eller cancel för att dra tillbaka publiceringen.

    { mail-footer }

mail-failed-subject = { $publisher }/{ $offer }: { mail-kind } har misslyckats
mail-failed-body =
    En åtgärd för erbjudandet har misslyckats.

    { mail-facts }

    { $findings ->
        [0] Läs orsaken i åtgärdens meddelanden och starta den sedan på nytt.
       *[other]
            Detta hittades:
            { $findings }

            Rätta det och starta sedan åtgärden på nytt.
    }

    { mail-footer }

mail-canceled-subject = { $publisher }/{ $offer }: { mail-kind } avbruten
mail-canceled-body =
    En åtgärd för erbjudandet har avbrutits. Ingenting av den finns kvar.

    { mail-facts }
    Avbruten av: { $by }
    Orsak: { $reason ->
        [0] inte angiven
       *[other] { $reason }
    }

    { mail-footer }

mail-cancellation-failed-subject = { $publisher }/{ $offer }: avbrytningen har misslyckats
mail-cancellation-failed-body =
    Avbrytningen av en åtgärd misslyckades, och därmed slutade även åtgärden som misslyckad.

    { mail-facts }

    { $left ->
        [0] Läs i avbrytningens meddelanden vad som finns kvar.
       *[other]
            Detta finns kvar:
            { $left }
    }

    Nästa publicering av erbjudandet tar bort det som finns kvar innan den gör något annat.

    { mail-footer }

mail-live-subject = { $publisher }/{ $offer }: version { $version } är i produktion
mail-live-body =
    Version { $version } av erbjudandet är nu i produktion.

    { mail-facts }

    { mail-footer }

mail-left-behind = Steget ”{ $step }” har lämnat detta efter sig, som nästa publicering tar bort först: { $step }
