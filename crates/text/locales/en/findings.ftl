### Findings of validation, in English. Member names, keys and codes stay as the wire spells them.

finding-missing-field = The offer lacks '{ $field }'. Fill it in.
finding-wrong-type = The value of '{ $field }' has the wrong type. Send { $expected ->
    [text] text in quotes
    [number] a number
    [boolean] true or false
    [list] a list in square brackets
   *[object] an object in braces
}.
finding-invalid-email = '{ $field }' does not hold an e-mail address. Enter one, such as name@example.com.
finding-invalid-url = '{ $field }' does not hold a web address. Enter a complete one that begins with https:// or http://.
finding-missing-category = The offer has no category. Add at least one to '{ $field }'.
finding-flat-categories = '{ $field }' lists categories in an old form, whose keys are not checked. Name them in '{ $right }' instead.
finding-unknown-category = '{ $key }' is not a category key of offers of the type { $offer_type }. Did you mean one of { $near }? All keys are at { $address }.
finding-unknown-subcategory = The category '{ $category }' has no subcategory '{ $key }'. Did you mean one of { $near }? All keys are at { $address }.
finding-misplaced-keys = '{ $field }' does not go with the first-level key beside it. Rename it to '{ $right }', or move it to an entry of its own.
finding-industries-not-allowed = Offers of the type { $offer_type } have no industries. Remove this member.
finding-unknown-industry = '{ $key }' is not an industry key of this offer type. Did you mean one of { $near }? All keys are at { $address }.
finding-unknown-subindustry = The industry '{ $industry }' has no key '{ $key }' below it. Did you mean one of { $near }? All keys are at { $address }.
finding-missing-plan = The offer has no plan. Add at least one to 'plans'.
finding-invalid-plan-id = '{ $plan }' cannot be a plan id. Use at most 50 letters, digits, hyphens, underscores and dots, beginning with a letter or digit.
finding-duplicate-plan-id = The plan id '{ $plan }' is used twice. Give each plan and each disk generation an id of its own.
finding-missing-image = The plan has no machine image. Add a version with an 'osVhdUrl' to '{ $field }'.
finding-sas-incomplete = The shared access signature of this address has no parameter '{ $parameter }', so it may not work. Create one with permissions (sp) and an expiry (se).
finding-sas-lacks-read = The shared access signature of this address does not permit reading. Create a new one with the permissions (sp) rl.
finding-sas-lacks-list = The shared access signature of this address does not permit listing. Create a new one with the permissions (sp) rl.
finding-sas-name-behind = The name of the file stands behind the signature of this address. Put it at the end of the path, before the question mark.
finding-sas-expired = The shared access signature of this address expired at { $expired }. Create a new one that stays valid for the whole publish.
finding-sas-expires-soon = The shared access signature of this address expires at { $expires }, in less than a day. Create a new one that stays valid for the whole publish.
finding-sas-not-yet-valid = The shared access signature of this address is not valid before { $starts }. Create one that is valid now.
finding-sas-expiry-unreadable = The shared access signature of this address has the expiry (se) '{ $value }', which is not a time. Create a new one with an expiry such as 2030-01-31T12:00:00Z.
finding-sas-start-unreadable = The shared access signature of this address has the start (st) '{ $value }', which is not a time. Create a new one with a start such as 2030-01-31T12:00:00Z, or without one.
finding-duplicate-lun = Two data disks of this image have the LUN { $lun }. Give each of them a number of its own.
finding-missing-price = The plan has no price. Give '{ $field }' a price per core, a price for each core size, a spreadsheet, or isByol true.
finding-unknown-core-size = There is no core size '{ $size }'. Did you mean one of { $near }? All core sizes are at { $address }.
finding-negative-price = The price { $price } is below zero. Enter 0 or more.
finding-invalid-price = '{ $price }' is not a price. Enter a decimal number with a point, such as 0.25.
finding-unknown-currency = Plans cannot be priced in the currency '{ $currency }'. Use the three-letter code of a region where plans are sold, such as USD; all regions are at { $address }.
finding-region-unpriced = There is no currency for the region '{ $region }', so the plan has no price there. Remove the region unless that is meant.
finding-invalid-region = '{ $region }' is not a region code. Did you mean one of { $near }? All regions are at { $address }.
finding-more-warnings = There are { $count } more warnings than are listed here. Correct those that are, then check again.
finding-path-decides = The body names '{ $sent }' as { $field }, and the path '{ $path }'. The path counts; leave the member out, or send what the path says.
