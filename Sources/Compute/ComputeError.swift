/// Why the machine cannot compute as asked.
package enum ComputeError: Error, CustomStringConvertible, Equatable {
    case unsupportedInstructionSet(String)
    case outOfMemory(purpose: String, bytes: Int)

    package var description: String {
        switch self {
        case .unsupportedInstructionSet(let name):
            let known = InstructionSet.allCases.filter(\.isSupported).map(\.rawValue).joined(separator: ", ")
            return
                "instruction set \"\(name)\" (APUS_ISA) is unknown or this machine cannot run it; it can run: \(known)"
        case .outOfMemory(let purpose, let bytes):
            return "the system refuses \(bytes) bytes for \(purpose); free memory or ask for less"
        }
    }
}
