//! What validation finds in a definition (contract, "Pricing, categories, artifacts"), one message each.

use fluent_templates::fluent_bundle::FluentValue;

use crate::{
    Lang, clean,
    loader::lookup,
    message::{Args, Argument, Clean, messages},
};

/// A type of JSON value, as a finding names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum JsonKind {
    /// A string.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An array.
    List,
    /// An object.
    Object,
}

impl JsonKind {
    /// The word that the locale files select on.
    fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::List => "list",
            Self::Object => "object",
        }
    }
}

impl Argument for JsonKind {
    fn append(&self, name: &'static str, _clean: Clean, args: &mut Args) {
        args.push((name, self.word().into()));
    }
}

messages! {
    /// What is wrong at some place of a definition, and what helps. The place itself is not part of it.
    pub enum FindingText {
        /// A member that must be there is absent or blank.
        MissingField {
            /// The member.
            field: String,
        } => "finding-missing-field",
        /// The value of a member has another JSON type than it should.
        WrongType {
            /// The member.
            field: String,
            /// The type that it should have.
            expected: JsonKind,
        } => "finding-wrong-type",
        /// A contact's address is no e-mail address.
        InvalidEmail {
            /// The member.
            field: String,
        } => "finding-invalid-email",
        /// An address is not an absolute http or https address.
        InvalidUrl {
            /// The member.
            field: String,
        } => "finding-invalid-url",
        /// The offer has no category.
        MissingCategory {
            /// The member that should name one.
            field: String,
        } => "finding-missing-category",
        /// The offer names its categories in the form of 2018.
        FlatCategories {
            /// The member that names them.
            field: String,
            /// The member that took its place.
            right: String,
        } => "finding-flat-categories",
        /// A category key is not in the tables of the offer type.
        UnknownCategory {
            /// The key.
            key: String,
            /// The `offerTypeId`.
            offer_type: String,
            /// The keys that are most like it.
            near: String,
            /// The path at which all keys are.
            address: String,
        } => "finding-unknown-category",
        /// A subcategory key is not below its category.
        UnknownSubcategory {
            /// The key.
            key: String,
            /// The key of the category.
            category: String,
            /// The keys that are most like it.
            near: String,
            /// The path at which all keys are.
            address: String,
        } => "finding-unknown-subcategory",
        /// A list of second-level keys stands beside another first-level key.
        MisplacedKeys {
            /// The member that holds the list.
            field: String,
            /// The member that would go with the first-level key.
            right: String,
        } => "finding-misplaced-keys",
        /// Offers of this type have no industries.
        IndustriesNotAllowed {
            /// The `offerTypeId`.
            offer_type: String,
        } => "finding-industries-not-allowed",
        /// An industry key is not in the table of the offer type.
        UnknownIndustry {
            /// The key.
            key: String,
            /// The keys that are most like it.
            near: String,
            /// The path at which all keys are.
            address: String,
        } => "finding-unknown-industry",
        /// A key is not below its industry.
        UnknownSubindustry {
            /// The key.
            key: String,
            /// The key of the industry.
            industry: String,
            /// The keys that are most like it.
            near: String,
            /// The path at which all keys are.
            address: String,
        } => "finding-unknown-subindustry",
        /// The offer has no plan.
        MissingPlan => "finding-missing-plan",
        /// A plan id has characters or a length that ids cannot have.
        InvalidPlanId {
            /// The id.
            plan: String,
        } => "finding-invalid-plan-id",
        /// Two plans, or disk generations, have the same id.
        DuplicatePlanId {
            /// The id.
            plan: String,
        } => "finding-duplicate-plan-id",
        /// A plan has no machine image.
        MissingImage {
            /// The member that should hold one.
            field: String,
        } => "finding-missing-image",
        /// A signed address lacks a parameter.
        SasIncomplete {
            /// The parameter, `sp` or `se`.
            parameter: String,
        } => "finding-sas-incomplete",
        /// The signature of an address has expired.
        SasExpired {
            /// When, RFC 3339 in UTC.
            expired: String,
        } => "finding-sas-expired",
        /// The expiry of a signed address is no time.
        SasExpiryUnreadable {
            /// The value of `se`.
            value: String,
        } => "finding-sas-expiry-unreadable",
        /// The signature of an address expires within a day.
        SasExpiresSoon {
            /// When, RFC 3339 in UTC.
            expires: String,
        } => "finding-sas-expires-soon",
        /// The signature of an address begins in the future.
        SasNotYetValid {
            /// When, RFC 3339 in UTC.
            starts: String,
        } => "finding-sas-not-yet-valid",
        /// The start of a signed address is no time.
        SasStartUnreadable {
            /// The value of `st`.
            value: String,
        } => "finding-sas-start-unreadable",
        /// The signature of an address does not permit reading.
        SasLacksRead => "finding-sas-lacks-read",
        /// The signature of an address does not permit listing.
        SasLacksList => "finding-sas-lacks-list",
        /// The name of a file stands behind the signature of an address.
        SasNameBehind => "finding-sas-name-behind",
        /// Two data disks of an image have the same number.
        DuplicateLun {
            /// The number.
            lun: u64,
        } => "finding-duplicate-lun",
        /// A plan does not say what it costs.
        MissingPrice {
            /// The member that should say it.
            field: String,
        } => "finding-missing-price",
        /// A price is given for a core size that there is not.
        UnknownCoreSize {
            /// The core size as sent.
            size: String,
            /// The keys that are most like it.
            near: String,
            /// The path at which all keys are.
            address: String,
        } => "finding-unknown-core-size",
        /// A price is below zero.
        NegativePrice {
            /// The price as sent.
            price: String,
        } => "finding-negative-price",
        /// A price is no decimal number.
        InvalidPrice {
            /// The price as sent.
            price: String,
        } => "finding-invalid-price",
        /// No region is priced in this currency.
        UnknownCurrency {
            /// The currency as sent.
            currency: String,
            /// The path at which all keys are.
            address: String,
        } => "finding-unknown-currency",
        /// A plan is sold to a region that has no currency.
        RegionUnpriced {
            /// The region code.
            region: String,
        } => "finding-region-unpriced",
        /// A region code is none.
        InvalidRegion {
            /// The code as sent.
            region: String,
            /// The keys that are most like it.
            near: String,
            /// The path at which all keys are.
            address: String,
        } => "finding-invalid-region",
        /// The body names another id than the path.
        PathDecides {
            /// The member of the body.
            field: String,
            /// What it says.
            sent: String,
            /// What the path says, which counts.
            path: String,
        } => "finding-path-decides",
        /// There are more warnings than are listed.
        MoreWarnings {
            /// How many.
            count: usize,
        } => "finding-more-warnings",
    }
}

impl FindingText {
    /// The `code` of the entry in `error.details`, in no language.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingField { .. } => "MissingField",
            Self::WrongType { .. } => "WrongType",
            Self::InvalidEmail { .. } => "InvalidEmail",
            Self::InvalidUrl { .. } => "InvalidUrl",
            Self::MissingCategory { .. } => "MissingCategory",
            Self::FlatCategories { .. } => "FlatCategories",
            Self::UnknownCategory { .. } => "UnknownCategory",
            Self::UnknownSubcategory { .. } => "UnknownSubcategory",
            Self::MisplacedKeys { .. } => "MisplacedKeys",
            Self::IndustriesNotAllowed { .. } => "IndustriesNotAllowed",
            Self::UnknownIndustry { .. } => "UnknownIndustry",
            Self::UnknownSubindustry { .. } => "UnknownSubindustry",
            Self::MissingPlan => "MissingPlan",
            Self::InvalidPlanId { .. } => "InvalidPlanId",
            Self::DuplicatePlanId { .. } => "DuplicatePlanId",
            Self::MissingImage { .. } => "MissingImage",
            Self::SasIncomplete { .. } => "SasIncomplete",
            Self::SasExpired { .. } => "SasExpired",
            Self::SasExpiryUnreadable { .. } => "SasExpiryUnreadable",
            Self::SasExpiresSoon { .. } => "SasExpiresSoon",
            Self::SasNotYetValid { .. } => "SasNotYetValid",
            Self::SasStartUnreadable { .. } => "SasStartUnreadable",
            Self::SasLacksRead => "SasLacksRead",
            Self::SasLacksList => "SasLacksList",
            Self::SasNameBehind => "SasNameBehind",
            Self::DuplicateLun { .. } => "DuplicateLun",
            Self::MissingPrice { .. } => "MissingPrice",
            Self::UnknownCoreSize { .. } => "UnknownCoreSize",
            Self::NegativePrice { .. } => "NegativePrice",
            Self::InvalidPrice { .. } => "InvalidPrice",
            Self::UnknownCurrency { .. } => "UnknownCurrency",
            Self::RegionUnpriced { .. } => "RegionUnpriced",
            Self::InvalidRegion { .. } => "InvalidRegion",
            Self::PathDecides { .. } => "PathDecides",
            Self::MoreWarnings { .. } => "MoreWarnings",
        }
    }

    /// Whether it is about the signature of an address, which time and not the publisher makes wrong.
    pub fn is_about_a_signature(&self) -> bool {
        self.code().starts_with("Sas")
    }

    /// About how many bytes its arguments have.
    pub fn length(&self) -> usize {
        let (_, args) = self.parts(clean::short_line);
        args.iter()
            .map(|(_, value)| match value {
                FluentValue::String(text) => text.len(),
                _ => 8,
            })
            .sum()
    }

    /// The message as one or two plain sentences, on one line and of bounded length.
    pub fn render(&self, lang: Lang) -> String {
        let (key, args) = self.parts(clean::short_line);
        lookup(lang, key, &args)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{loader::lookup_in, sample::Sample};

    const KINDS: [JsonKind; 5] =
        [JsonKind::Text, JsonKind::Number, JsonKind::Boolean, JsonKind::List, JsonKind::Object];

    impl Sample for JsonKind {
        fn sample(_name: &str, round: usize) -> Self {
            KINDS[round]
        }
    }

    #[test]
    fn every_finding_renders_in_every_language_and_names_its_arguments() {
        for lang in Lang::ALL {
            for finding in FindingText::samples() {
                let (key, args) = finding.parts(clean::short_line);
                let text = lookup_in(lang, key, &args).unwrap();
                assert_eq!(finding.render(lang), text);
                assert!(!text.contains(['{', '}', '\n']), "{lang:?} {finding:?}: {text}");
                for (name, value) in &args {
                    let FluentValue::String(value) = value else { continue };
                    assert!(*name == "expected" || text.contains(value.as_ref()), "{lang:?} {key}: {text}");
                }
                if lang != Lang::En {
                    assert_ne!(Some(text), lookup_in(Lang::En, key, &args), "{lang:?} {key}");
                }
            }
        }
    }

    #[test]
    fn every_type_of_value_has_a_word_of_its_own() {
        for lang in Lang::ALL {
            let said: BTreeSet<String> = KINDS
                .iter()
                .map(|&expected| FindingText::WrongType { field: "x".to_owned(), expected }.render(lang))
                .collect();
            assert_eq!(said.len(), KINDS.len(), "{lang:?}");
        }
    }

    #[test]
    fn a_code_is_its_key_in_pascal_case_and_every_key_has_one() {
        let codes: BTreeSet<String> = FindingText::samples()
            .iter()
            .map(|finding| {
                let key = finding.parts(clean::one_line).0;
                let pascal: String =
                    key.split('-').skip(1).map(|word| word[..1].to_uppercase() + &word[1..]).collect();
                assert_eq!(finding.code(), pascal);
                key.to_owned()
            })
            .collect();
        let keys: BTreeSet<String> = include_str!("../locales/en/findings.ftl")
            .lines()
            .filter(|line| line.starts_with("finding-"))
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect();
        assert_eq!(keys, codes);
    }
}
