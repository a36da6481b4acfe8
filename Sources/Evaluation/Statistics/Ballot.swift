/// The votes of one question's samples, in classes of answers that the grader holds for the same.
///
/// Truncated samples and those without an answer do not vote.
struct Ballot: Sendable {
    /// The class of each sample, in the samples' order; nil for an abstention.
    let votes: [Int?]
    /// The score of each class: its members' mean, which differs from 0 and 1 only where partial credit does.
    let scores: [Double]

    init(_ samples: [Sample], isSame: (String, String) -> Bool) {
        var votes: [Int?] = []
        var representatives: [String] = []
        var members: [[Double]] = []
        var known: [String: Int] = [:]
        for sample in samples {
            guard let answer = sample.vote else {
                votes.append(nil)
                continue
            }
            let group: Int
            if let found = known[answer] ?? representatives.firstIndex(where: { isSame($0, answer) }) {
                group = found
            } else {
                group = representatives.count
                representatives.append(answer)
                members.append([])
            }
            known[answer] = group
            members[group].append(sample.score)
            votes.append(group)
        }
        self.votes = votes
        scores = members.map(\.mean)
    }

    var tally: [Int] {
        votes.reduce(into: Array(repeating: 0, count: scores.count)) { counts, vote in
            if let vote { counts[vote] += 1 }
        }
    }

    /// The score of the largest class; of tied ones, their mean, which is what a random choice among them would score.
    /// Without a vote it is 0.
    var value: Double { value(of: tally) }

    /// The rule of lm-eval and others: of tied classes, the one that was seen first.
    var firstSeenValue: Double {
        let tally = tally
        guard let most = tally.max(), most > 0, let first = tally.firstIndex(of: most) else { return 0 }
        return scores[first]
    }

    func value(of tally: [Int]) -> Double {
        var most = 0
        var sum = 0.0
        var tied = 0
        for (group, count) in tally.enumerated() where count >= most && count > 0 {
            if count > most {
                most = count
                sum = 0
                tied = 0
            }
            sum += scores[group]
            tied += 1
        }
        return tied == 0 ? 0 : sum / Double(tied)
    }
}
