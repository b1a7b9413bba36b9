//! x
fn main() {
    for configuration in signoff_model::configuration::ordinary() {
        let start = std::time::Instant::now();
        let run = configuration.run(None, 2);
        println!("{}: {} transitions, {} states, depth {}, stored {}, decisions {}, {:?}", configuration.name, run.transitions, run.states, run.depth, run.stored, run.decisions, start.elapsed());
        for (rule, story) in &run.broken { println!("BROKEN {}\n{}", rule.says(), story); }
        if !run.broken.is_empty() { return; }
    }
}
