/// cons@k: the score of the answer that most samples of a question agree on.
struct Consensus: Sendable {
    static let subsets = 200
    static let draws = 2000

    /// Of those questions that have samples.
    let ballots: [Ballot]

    /// nil where no sample votes, as with graders that find no answer.
    init?(_ ballots: [Ballot]) {
        self.ballots = ballots.filter { !$0.votes.isEmpty }
        guard self.ballots.contains(where: { !$0.scores.isEmpty }) else { return nil }
    }

    /// Ties share their score.
    var value: Double { ballots.map(\.value).mean }
    /// Ties go to the first seen.
    var firstSeenValue: Double { ballots.map(\.firstSeenValue).mean }

    /// The standard error with the questions as a sample of many.
    var questionError: Double? {
        Score.clusteredError(of: ballots.map(\.value), groups: ballots.indices.map { [$0] })
    }

    /// The interval with the questions fixed: each question's samples are drawn anew from those that exist. Drawing with
    /// replacement repeats votes and so favours other outcomes than ``value``, most of all for few samples: what the draws
    /// tell is their spread, which is laid around ``value``.
    func rerunInterval(seed: UInt64) -> Interval {
        var generator = SplitMix64(seed: seed)
        var sums = Array(repeating: 0.0, count: Self.draws)
        for ballot in ballots {
            if Set(ballot.votes).count == 1 {
                for draw in sums.indices { sums[draw] += ballot.value }
                continue
            }
            let votes = ballot.votes.map { $0 ?? ballot.scores.count }
            for draw in sums.indices {
                var tally = Array(repeating: 0, count: ballot.scores.count + 1)
                for _ in votes.indices {
                    tally[votes[Int(generator.next().multipliedFullWidth(by: UInt64(votes.count)).high)]] += 1
                }
                tally.removeLast()
                sums[draw] += ballot.value(of: tally)
            }
        }
        let values = sums.map { $0 / Double(ballots.count) }
        let drawn = Bootstrap.percentiles(of: values)
        let shift = value - values.mean
        return Interval(low: drawn.low + shift, high: drawn.high + shift, method: .bootstrap).clipped
    }

    /// cons@m for m = 1, 2, 4, … and the largest that every question has samples for, over random subsets of each
    /// question's samples; exact at 1 and where m is all of them.
    func curve(seed: UInt64) -> [CurvePoint] {
        guard let least = ballots.map(\.votes.count).min() else { return [] }
        var generator = SplitMix64(seed: seed)
        return CurvePoint.sizes(upTo: least).map { size in
            CurvePoint(size: size, value: ballots.map { Self.expected($0, size, &generator) }.mean)
        }
    }

    private static func expected(_ ballot: Ballot, _ size: Int, _ generator: inout SplitMix64) -> Double {
        let count = ballot.votes.count
        if size == count || Set(ballot.votes).count == 1 { return ballot.value }
        if size == 1 { return ballot.votes.map { vote in vote.map { ballot.scores[$0] } ?? 0 }.mean }
        var votes = ballot.votes.map { $0 ?? ballot.scores.count }
        var sum = 0.0
        for _ in 0..<subsets {
            var tally = Array(repeating: 0, count: ballot.scores.count + 1)
            for position in 0..<size {
                let left = UInt64(count - position)
                votes.swapAt(position, position + Int(generator.next().multipliedFullWidth(by: left).high))
                tally[votes[position]] += 1
            }
            tally.removeLast()
            sum += ballot.value(of: tally)
        }
        return sum / Double(subsets)
    }
}
