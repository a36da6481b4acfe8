/// Why a checkpoint cannot be served: the file, the tensor where there is one, the cause and what helps.
package struct CheckpointError: Error, CustomStringConvertible, Hashable {
    /// Name within the checkpoint's folder, or a path.
    package let file: String
    package let tensor: String?
    /// The cause with the offending value; no full stop.
    package let problem: String
    /// One sentence with its full stop.
    package let remedy: String

    package init(file: String, tensor: String? = nil, problem: String, remedy: String) {
        self.file = file
        self.tensor = tensor
        self.problem = problem
        self.remedy = remedy
    }

    package var description: String {
        "\(file): \(tensor.map { "tensor \($0): " } ?? "")\(problem). \(remedy)"
    }

    static let downloadAgain = "Download the file again."
    static let correctConfiguration = "Correct the file, or download it again from the model's repository."
}
