import Compute
import Testing

@Suite struct ExpertTests {
    private func choice(_ logits: [Float], _ router: ExpertRouter) throws -> [(expert: Int, weight: Float)] {
        let routing = ExpertRouting()
        try Processor(threads: 1).route(Tensor(logits), by: router, into: routing)
        return routing.choice(row: 0)
    }

    @Test func `experts come from the best groups, their weights from unbiased scores`() throws {
        // Group 1 holds the best single expert, but groups 0 and 2 the best pairs; the bias decides that alone.
        let router = ExpertRouter(
            expertCount: 6, activeCount: 3, groupCount: 3, activeGroupCount: 2, normalises: true, scale: 2.5,
            bias: [0.5, 0.5, 0, 0, 0.4, 0.4])
        let chosen = try choice([0, 0.1, 3, -9, 0, 0.2], router)
        #expect(chosen.map(\.expert) == [1, 0, 5])
        let scores = [0.1, 0.0, 0.2].map { 1 / (1 + exponential(-$0)) }
        let total = scores.reduce(0, +)
        for (choice, score) in zip(chosen, scores) {
            #expect(abs(Double(choice.weight) - score / total * 2.5) < 1e-6)
        }
    }

    @Test func `ties go to the lowest index, among groups too`() throws {
        let router = ExpertRouter(
            expertCount: 8, activeCount: 3, groupCount: 4, activeGroupCount: 2, normalises: false, scale: 1,
            bias: Array(repeating: 0, count: 8))
        #expect(try choice(Array(repeating: 0, count: 8), router).map(\.expert) == [0, 1, 2])
    }

    @Test func `negative corrected scores in chosen groups go before excluded groups`() throws {
        let router = ExpertRouter(
            expertCount: 4, activeCount: 2, groupCount: 2, activeGroupCount: 1, normalises: false, scale: 1,
            bias: [-3, -3, -4, -2.5])
        #expect(try choice([0, 0, 0, 0], router).map(\.expert) == [0, 1])
    }

    @Test(arguments: [1, 50])
    func `the mixture is the weighted sum of the chosen experts and the shared one`(rows: Int) throws {
        let processor = try Processor(threads: 2)
        var random = Random(11)
        func network() -> FeedForward {
            FeedForward(
                gate: Matrix(random.tensor(rows: 24, columns: 40), format: .f32),
                up: Matrix(random.tensor(rows: 24, columns: 40), format: .f32),
                down: Matrix(random.tensor(rows: 40, columns: 24), format: .f32))
        }
        let experts = (0..<8).map { _ in network() }
        let shared = network()
        let router = ExpertRouter(
            expertCount: 8, activeCount: 3, groupCount: 4, activeGroupCount: 3, normalises: true, scale: 2.5,
            bias: (0..<8).map { Float($0) * 0.01 })
        let input = random.tensor(rows: rows, columns: 40)
        let routing = ExpertRouting()
        processor.route(random.tensor(rows: rows, columns: 8), by: router, into: routing)
        let output = Tensor(rows: rows, columns: 40)
        processor.mixExperts(input, routing: routing, experts: experts, shared: shared, into: output)
        for row in 0..<rows {
            func result(_ network: FeedForward) -> [Float] {
                let x = Tensor(input.row(row))
                let hidden = Tensor(rows: 1, columns: 24)
                let y = Tensor(rows: 1, columns: 40)
                processor.projectGated(gate: network.gate, up: network.up, of: x, into: hidden)
                processor.project(Projection(network.down, of: hidden, into: y))
                return y.row(0)
            }
            var sum = result(shared)
            for (expert, weight) in routing.choice(row: row) {
                for (index, value) in result(experts[expert]).enumerated() {
                    let product = weight * value
                    sum[index] += product
                }
            }
            #expect(output.row(row) == sum)
        }
    }
}
