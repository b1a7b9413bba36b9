use signoff_lifecycle::ids::RealTime;
use signoff_wire::time::parse_rfc3339;

use super::*;

const ID: &str = "5a63deb5-925b-4ee0-938b-7c86fbf287c5";

fn sample() -> Document {
    let columns = [
        Column::whole("OPERATION"),
        Column::whole("STATE"),
        Column::whole("NUMBER").spare(1),
        Column::whole("CHANGED").spare(2),
        Column::wrapped("WHY"),
    ];
    let row = |why: &str| {
        let time = Cell::moment("2026-11-21T07:57:00.0000000Z");
        [Cell::text(ID), Cell::state("running"), Cell::text("3"), time, Cell::text(why)]
    };
    Document::table(columns, [row("The image could not be copied, and nothing is left of it."), row("-")])
}

fn at(width: usize) -> String {
    let now = RealTime(parse_rfc3339("2026-11-21T08:00:00Z").unwrap());
    sample().laid(&Screen { width: Some(width), now: Some(now) }).rendered(false)
}

#[test]
fn whatever_the_width_no_line_is_longer_and_no_word_is_broken() {
    for width in [62, 70, 80, 100, 120, 160, 200] {
        let text = at(width);
        for line in text.lines() {
            assert!(
                measure_text_width(line) <= width && line == line.trim_end(),
                "{width}: {line:?}\n{text}"
            );
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        for word in [ID, "running", "copied,", "could", "nothing"] {
            assert!(words.contains(&word), "{width}: {word}\n{text}");
        }
    }
}

#[test]
fn times_get_shorter_before_anything_is_left_out() {
    assert!(at(200).contains("2026-11-21T07:57:00Z (3 min ago)") && at(200).contains("NUMBER"));
    assert!(at(100).contains("  3 min ago  ") && at(100).contains("NUMBER"), "{}", at(100));
    insta::assert_snapshot!(at(80), @r"
    OPERATION                             STATE    WHY
    5a63deb5-925b-4ee0-938b-7c86fbf287c5  running  The image could not be copied,
                                                   and nothing is left of it.
    5a63deb5-925b-4ee0-938b-7c86fbf287c5  running  -
    ");
}

#[test]
fn what_is_no_screen_gets_all_of_it_in_one_line_each() {
    let text = sample().to_string();
    assert_eq!(text.lines().count(), 3);
    assert!(text.contains("2026-11-21T07:57:00Z  The image") && !text.contains("ago"), "{text}");
}

#[test]
fn names_are_cut_with_a_mark_and_wide_characters_count_twice() {
    let table = Document::table(
        [Column::cut("NAME", 6), Column::whole("ID")],
        [[Cell::text("发布的虚拟机映像"), Cell::text("x\u{1b}[2Jy\nz")]],
    );
    let text = table.laid(&Screen { width: Some(18), now: None }).rendered(false);
    assert_eq!(text, "NAME      ID\n发布的…   x [2Jy z\n");
}

#[test]
fn what_is_told_apart_by_its_end_is_cut_before_it() {
    let by = "11111111-1111-1111-1111-111111111111/contoso-owner";
    let table = Document::table([Column::cut_front("BY", 12)], [[Cell::text(by)]]);
    let text = table.laid(&Screen { width: Some(20), now: None }).rendered(false);
    assert_eq!(text, "BY\n…11111/contoso-owner\n");
}

#[test]
fn values_go_on_below_their_beginning() {
    let fields = Document::fields([
        ("Status", Cell::state("failed")),
        ("Error", Cell::text("StepFailed: the image could not be copied")),
        ("Reason", Cell::text("")),
    ]);
    let text = fields.laid(&Screen { width: Some(32), now: None }).rendered(false);
    assert_eq!(text, "Status  failed\nError   StepFailed: the image\n        could not be copied\n");
}
