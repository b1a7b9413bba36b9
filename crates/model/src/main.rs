//! x
fn main() {
    let deep = std::env::args().any(|a| a == "--deep");
    let all =
        if deep { signoff_model::configuration::deep() } else { signoff_model::configuration::ordinary() };
    let mut runs = Vec::new();
    for configuration in all {
        let start = std::time::Instant::now();
        let run = configuration.run(None, 2);
        println!(
            "{}: {} transitions, {} states, depth {}, stored {}, decisions {}, {:?}",
            configuration.name,
            run.steps,
            run.states,
            run.depth,
            run.stored,
            run.decisions,
            start.elapsed()
        );
        for (rule, story) in &run.broken {
            println!("BROKEN {}\n{}", rule.says(), story);
        }
        if !run.broken.is_empty() {
            return;
        }
        runs.push(run);
    }
    println!("{:?}", signoff_model::Run::never_seen(&runs));
}
