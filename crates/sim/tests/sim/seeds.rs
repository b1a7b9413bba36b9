//! Ten thousand seeds in every run, in parts that run side by side; ten times as many with
//! `cargo xtask test --all`.

use signoff_sim::play_many;

/// Seeds in a part.
const PART: u64 = 1_000;

fn part(number: u64) {
    let batch = play_many(number * PART, PART, None);
    if let Some(history) = batch.wrong {
        panic!("{history}");
    }
    // The histories are about something: each kind of event came up in each part.
    for event in [
        "publish began",
        "publish failed",
        "golive completed",
        "Cancel 200",
        "Cancel 202",
        "cancel completed",
        "cancel failed",
        "crashes",
        "store call failed",
        "store call done, reply lost",
        "late result or renewal refused",
        "commit on an old state refused",
        "clock set forward or back",
        "client hung up",
        "answer lost",
        "mail given up",
        "request repeated",
        "golive canceled",
        "Force",
        "Kill",
        "callback 200 ",
        "callback 400 StepNotWaiting",
        "step.run taken, answer lost",
        "step.poll answered",
        "step.cancel not reached",
    ] {
        assert!(batch.counts.of(event) > 0, "no history has this: {event}");
    }
    println!("{} seeds\n{}", batch.seeds, batch.counts);
}

macro_rules! parts {
    ($($name:ident: $number:literal),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                part($number);
            }
        )+
    };
}

parts! {
    from_0: 0, from_1000: 1, from_2000: 2, from_3000: 3, from_4000: 4,
    from_5000: 5, from_6000: 6, from_7000: 7, from_8000: 8, from_9000: 9,
}

macro_rules! many {
    ($($name:ident: $first:literal),+ $(,)?) => {
        $(
            #[test]
            #[ignore = "slow: cargo xtask test --all"]
            fn $name() {
                for number in $first..$first + 3 {
                    part(number);
                }
            }
        )+
    };
}

many! { from_10_000: 10, from_13_000: 13, from_16_000: 16, from_19_000: 19, from_22_000: 22, from_25_000: 25, from_28_000: 28, from_31_000: 31, from_34_000: 34, from_37_000: 37, from_40_000: 40, from_43_000: 43, from_46_000: 46, from_49_000: 49, from_52_000: 52, from_55_000: 55, from_58_000: 58, from_61_000: 61, from_64_000: 64, from_67_000: 67, from_70_000: 70, from_73_000: 73, from_76_000: 76, from_79_000: 79, from_82_000: 82, from_85_000: 85, from_88_000: 88, from_91_000: 91, from_94_000: 94, from_97_000: 97 }
