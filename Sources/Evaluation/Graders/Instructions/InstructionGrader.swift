internal import JSON

/// Whether a response follows all instructions of its prompt: IFEval's accuracy at the level of prompts. The score is the
/// strict one; the lenient one also tries the response without asterisks, its first line, its last line, or several of these.
///
/// Gold: `instruction_id_list` and `kwargs` as in the data. The verdict's detail is `{"instructions": [{"id": string,
/// "strict": bool, "loose": bool}]}`, from which the accuracies at the level of instructions follow.
package struct InstructionGrader: Grader {
    package let identity = "ifeval/1"

    package init() {}

    package func grade(_ content: String, to question: Question) async throws -> Verdict {
        let variants = Self.variants(of: content)
        var results: [(id: String, strict: Bool, loose: Bool)] = []
        for (id, instruction) in try Self.instructions(question.gold) {
            let strict = !content.isBlank && instruction.isFollowed(by: content)
            let loose = strict || variants.contains { instruction.isFollowed(by: $0) }
            results.append((id, strict, loose))
        }
        let strict = results.allSatisfy(\.strict), loose = results.allSatisfy(\.loose)
        var verdict = Verdict(score: strict ? 1 : 0, lenientScore: loose ? 1 : 0)
        verdict.detail = [
            "instructions": .array(
                results.map { ["id": .string($0.id), "strict": .bool($0.strict), "loose": .bool($0.loose)] })
        ]
        return verdict
    }

    /// The instructions that a gold value names, in its order.
    static func instructions(_ gold: JSONValue) throws(InstructionArguments.Failure) -> [(String, any Instruction)] {
        let ids = gold["instruction_id_list"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let arguments = gold["kwargs"]?.arrayValue?.compactMap(\.objectValue) ?? []
        guard !ids.isEmpty, ids.count == arguments.count else {
            throw InstructionArguments.Failure(
                problem: "there are \(ids.count) instructions in \"instruction_id_list\" and \(arguments.count) "
                    + "objects in \"kwargs\"; write as many of both, and at least one")
        }
        var instructions: [(String, any Instruction)] = []
        for (id, values) in zip(ids, arguments) {
            guard let type = Instructions.types[id] else {
                let names = Instructions.types.keys.sorted().joined(separator: ", ")
                throw InstructionArguments.Failure(problem: "there is no instruction \"\(id)\"; there are \(names)")
            }
            instructions.append((id, try type.init(InstructionArguments(instruction: id, values: values))))
        }
        return instructions
    }

    /// What the loose accuracy tries besides the response itself; none of them blank.
    private static func variants(of response: String) -> [String] {
        let lines = response.pieces(separatedBy: "\n")
        let shortened = [lines.dropFirst(), lines.dropLast(), lines.dropFirst().dropLast()]
            .map { $0.joined(separator: "\n").stripped() }
        return ([response] + shortened).flatMap { [$0, $0.pieces(separatedBy: "*").joined()] }.filter { !$0.isBlank }
    }
}
