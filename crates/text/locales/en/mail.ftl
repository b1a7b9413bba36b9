### Mails about an operation, in English: plain text.

mail-kind =
    { $kind ->
        [goLive] go live
       *[publish] publish
    }
mail-facts =
    Publisher: { $publisher }
    Offer: { $offer }
    Operation: { $operation } ({ mail-kind })
mail-footer = You receive this mail because your address is on the list of those who follow this operation.

mail-started-subject = { $publisher }/{ $offer }: { mail-kind } has started
mail-started-body =
    An operation of the offer has started.

    { mail-facts }

    You will hear when it needs you or has ended.

    { mail-footer }

mail-waiting-for-signoff-subject = { $publisher }/{ $offer }: waiting for your sign-off
mail-waiting-for-signoff-body =
    The preview of the offer is ready and waiting for your sign-off.

    { mail-facts }

    Review the preview. Then call golive to bring the offer live, or cancel to withdraw the publish.

    { mail-footer }

mail-failed-subject = { $publisher }/{ $offer }: { mail-kind } has failed
mail-failed-body =
    An operation of the offer has failed.

    { mail-facts }

    { $findings ->
        [0] Read the messages of the operation for the cause, then start it again.
       *[other]
            What was found:
            { $findings }

            Correct this, then start the operation again.
    }

    { mail-footer }

mail-canceled-subject = { $publisher }/{ $offer }: { mail-kind } has been canceled
mail-canceled-body =
    An operation of the offer has been canceled. Nothing of it is left.

    { mail-facts }
    Canceled by: { $by }
    Reason: { $reason ->
        [0] none given
       *[other] { $reason }
    }

    { mail-footer }

mail-cancellation-failed-subject = { $publisher }/{ $offer }: the cancellation has failed
mail-cancellation-failed-body =
    The cancellation of an operation failed, and the operation ended as failed with it.

    { mail-facts }

    { $left ->
        [0] Read the messages of the cancellation to see what is left behind.
       *[other]
            This is left behind:
            { $left }
    }

    The next publish of the offer removes what is left before it does anything else.

    { mail-footer }

mail-live-subject = { $publisher }/{ $offer }: version { $version } is live
mail-live-body =
    Version { $version } of the offer is live.

    { mail-facts }

    { mail-footer }

mail-left-behind = The step '{ $step }' left this behind, which the next publish will remove first: { $step }
