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
                for number in $first..$first + 5 {
                    part(number);
                }
            }
        )+
    };
}

many! {
    from_10_000: 10, from_15_000: 15, from_20_000: 20, from_25_000: 25, from_30_000: 30, from_35_000: 35,
    from_40_000: 40, from_45_000: 45, from_50_000: 50, from_55_000: 55, from_60_000: 60, from_65_000: 65,
    from_70_000: 70, from_75_000: 75, from_80_000: 80, from_85_000: 85, from_90_000: 90, from_95_000: 95,
}
