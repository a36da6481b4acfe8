internal import Compute

/// A plan's sampling work as independent rows: first the samples, then each target of each prompt task.
struct RowTasks {
    private let plan: StepPlan
    /// Task and target of each row behind the samples.
    private let targets: [(task: Int, target: Int)]

    init(_ plan: StepPlan) {
        self.plan = plan
        targets = plan.promptLogprobs.indices.flatMap { task in
            plan.promptLogprobs[task].targets.indices.map { (task, $0) }
        }
    }

    var count: Int { plan.samples.count + targets.count }

    /// Nil where the logits are not finite. A prompt row's token is its target.
    func perform(_ index: Int, _ logits: Tensor, _ scratch: inout SamplerScratch) -> SampledToken? {
        guard index >= plan.samples.count else {
            let task = plan.samples[index]
            return logits.withRow(task.logitIndex) { Sampler.sample($0, task, scratch: &scratch) }
        }
        let (task, target) = targets[index - plan.samples.count]
        let prompt = plan.promptLogprobs[task]
        let token = prompt.targets[target]
        return logits.withRow(prompt.firstLogitIndex + target) { row in
            Sampler.logprobs(row, of: token, top: prompt.top).map { SampledToken(token: token, logprobs: $0) }
        }
    }

    /// Puts the rows' outcomes together again.
    func result(_ outcomes: [SampledToken?]) -> StepResult {
        var result = StepResult(
            samples: Array(outcomes.prefix(plan.samples.count)), promptLogprobs: plan.promptLogprobs.map { _ in [] })
        for ((task, _), outcome) in zip(targets, outcomes.dropFirst(plan.samples.count)) {
            guard let logprobs = outcome?.logprobs else {
                result.promptLogprobs[task] = nil
                continue
            }
            result.promptLogprobs[task]?.append(logprobs)
        }
        return result
    }
}
