import Testing

@testable import Evaluation

struct ConsensusTests {
    private func ballot(_ answers: [String?]) -> Ballot {
        Ballot(
            answers.enumerated().map { MadeUp.sample("sums", "q", $0.offset, $0.element, isRight: $0.element == "7") },
            isSame: ==)
    }

    @Test func `the largest class decides`() {
        #expect(ballot(["7", "3", "7", "4"]).value == 1)
        #expect(ballot(["3", "7", "3", "4"]).value == 0)
    }

    @Test func `tied classes share their score, or the first seen takes it`() {
        let two = ballot(["3", "7", "3", "7"])
        #expect(two.value == 0.5 && two.firstSeenValue == 0)
        let three = ballot(["7", "3", "4", "7", "3", "4"])
        #expect((three.value - 1.0 / 3).magnitude < 1e-12 && three.firstSeenValue == 1)
        #expect(ballot(["3", "4"]).value == 0)
    }

    @Test func `abstentions do not vote`() {
        #expect(ballot([nil, "…", "…", nil, "7"]).value == 1)
        #expect(ballot([nil, "…"]).value == 0)
        #expect(ballot([nil, "…"]).firstSeenValue == 0)
    }

    @Test func `answers that the grader holds for the same vote together`() {
        let samples = ["0.5", "3", "1/2", "3", ".5"].enumerated().map {
            MadeUp.sample("sums", "q", $0.offset, $0.element, isRight: $0.element != "3")
        }
        let halves = ["0.5", "1/2", ".5"]
        let ballot = Ballot(samples) { $0 == $1 || halves.contains($0) && halves.contains($1) }
        #expect(ballot.tally == [3, 2] && ballot.value == 1)
    }

    @Test func `cons@m is the mean over subsets, exact at both ends`() throws {
        let ballots = [ballot(["7", "3", "7", "3", "7"]), ballot(["3", "7", nil, "3", "…"])]
        let consensus = try #require(Consensus(ballots))
        let curve = consensus.curve(seed: 3)
        #expect(curve == consensus.curve(seed: 3))
        #expect(curve.map(\.size) == [1, 2, 4, 5])
        // At 1, pass@1: (3/5 + 1/5) / 2. At 5: (1 + 0) / 2.
        #expect((curve[0].value - 0.4).magnitude < 1e-12)
        #expect(curve[3].value == 0.5 && consensus.value == 0.5)
        // At 2 a tie is worth half, so that the first stays 3/5. Of the 10 pairs of the second, 7 alone votes in 2
        // (with nil, with cut), 7 ties with 3 in 2: (2 + 1) / 10.
        #expect((curve[1].value - (0.6 + 0.3) / 2).magnitude < 0.04)
    }

    @Test func `no consensus where no sample has an answer`() {
        #expect(Consensus([ballot([nil, nil])]) == nil)
        #expect(Consensus([]) == nil)
    }

    @Test func `the interval of cons@k comes from drawing samples anew`() throws {
        let settled = try #require(Consensus([ballot(["7", "7", "7"]), ballot(["3", "3", "3"])]))
        #expect(settled.rerunInterval(seed: 0) == Interval(low: 0.5, high: 0.5, method: .bootstrap))
        let open = try #require(Consensus([ballot(["7", "3", "7", "3", "7"])]))
        // 7 wins of five draws with a share of 3/5 in 0.68256 of all: the interval 0 to 1 moves up by the rest, and is cut.
        let interval = open.rerunInterval(seed: 0)
        #expect((interval.low - 0.31744).magnitude < 0.03 && interval.high == 1)
    }
}
