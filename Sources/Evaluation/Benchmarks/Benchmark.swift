/// A benchmark: how its questions are read, asked, graded and compared with what was published.
package struct Benchmark: Sendable {
    /// As typed: `aime`.
    package var name: String
    /// As printed: `AIME 2024`.
    package var title: String
    package var grader: any Grader
    /// Samples for each question under the presets card, card-strict and quick.
    package var sampleCounts: SampleCounts
    /// Tokens that an answer is expected to take before any was seen.
    package var expectedTokens: Double
    /// Why its score is not comparable with the card's, where it is not.
    package var caveat: String?
    package var published: [PublishedScore] = []
    /// The fields that a row of its data has, for people.
    package var fields: String
    /// Whether the first record of a CSV file names the columns; where it does not they are "0", "1", ….
    package var csvHasHeader = true
    /// Whether its questions are read from files; otherwise it makes them.
    package var needsData = true
    /// Whether its grader asks a judge.
    package var needsJudge = false
    /// Whether its grader runs the code that the model wrote.
    package var needsSandbox = false
    /// Questions from a data file's rows; the seed decides the order of options.
    package var questions: @Sendable (_ rows: [DataRow], _ seed: UInt64) throws -> [Question]

    package struct SampleCounts: Sendable, Equatable {
        package var card: Int
        package var cardStrict = 64
        package var quick: Int
    }
}
