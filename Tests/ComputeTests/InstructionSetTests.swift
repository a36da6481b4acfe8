import Testing

@testable import Compute

@Suite struct InstructionSetTests {
    @Test(arguments: InstructionSet.allCases)
    func `a processor has the instruction set asked for, or says which ones the machine can run`(
        instructionSet: InstructionSet
    ) throws {
        if instructionSet.isSupported {
            #expect(try Processor(threads: 1, instructionSet: instructionSet).instructionSet == instructionSet)
            return
        }
        let error = try #require(throws: ComputeError.self) {
            try Processor(threads: 1, instructionSet: instructionSet)
        }
        #expect(error == .unsupportedInstructionSet(instructionSet.rawValue))
        #expect(error.description.contains("\"\(instructionSet.rawValue)\""))
        #expect(error.description.contains("it can run: scalar"))
        #expect(!error.description.hasSuffix(instructionSet.rawValue))
    }
}
