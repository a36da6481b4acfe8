import Checkpoints
import Compute

/// Finds a checkpoint's tensors by name and gives them to the operations: in place, quantised, or packed.
struct WeightSource {
    private let tensors: TensorIndex
    /// Nil: weights are read, not multiplied by.
    private let packer: WeightPacker?
    /// Nil: weights stay as they are.
    let quantizer: WeightQuantizer?

    init(_ tensors: TensorIndex, packer: WeightPacker? = nil, quantizer: WeightQuantizer? = nil) {
        self.tensors = tensors
        self.packer = packer
        self.quantizer = quantizer
    }

    /// The weights of a linear layer, packed if their format asks for it. `cutInto` gives the blocks at which the sum
    /// over the inputs may be cut; blocks of the format stay whole.
    func linear(_ name: String, cutInto blockSize: ((ElementType) -> Int)? = nil) throws(CheckpointError) -> Matrix {
        let (stored, tensors) = try stored(name)
        let type = try type(of: name)
        let cuts = cuts(of: stored, type, blockSize)
        guard let packer, let format = ElementFormat(type), format.isBlocked else {
            return try loaded(stored, in: tensors, as: type, cuts: cuts)
        }
        let packed = try packer.pack(
            name, outputs: stored.outputs, inputs: stored.inputs, format: format, cuts: cuts
        ) { () throws(CheckpointError) in try loaded(stored, in: tensors, as: type, cuts: cuts) }
        for tensor in tensors { tensor.release() }
        return packed
    }

    /// A matrix that is loaded already, packed under a name of its own if its format asks for it.
    func packed(_ matrix: Matrix, as name: String) throws(CheckpointError) -> Matrix {
        guard let packer, matrix.format.isBlocked else { return matrix }
        return try packer.pack(name, outputs: matrix.outputs, inputs: matrix.inputs, format: matrix.format) { matrix }
    }

    /// A matrix whose rows can be read; matrices that are stacked are one.
    func matrix(_ name: String) throws(CheckpointError) -> Matrix {
        let (stored, tensors) = try stored(name)
        return try loaded(stored, in: tensors, as: try type(of: name), cuts: nil)
    }

    private func loaded(
        _ stored: Matrix, in tensors: [TensorView], as type: ElementType, cuts: CutPoints?
    ) throws(CheckpointError) -> Matrix {
        if let quantizer { return try quantizer.encoded(stored, in: tensors, as: type, cuts: cuts) }
        var matrix = stored
        matrix.cuts = cuts
        return matrix
    }

    private func cuts(of matrix: Matrix, _ type: ElementType, _ blockSize: ((ElementType) -> Int)?) -> CutPoints? {
        blockSize.map { blockSize in
            CutPoints(
                inputs: matrix.inputs, blockSize: Self.leastCommonMultiple(blockSize(type), type.blockLength))
        }
    }

    /// A matrix as it is stored, and the tensors that it lies in.
    func stored(_ name: String) throws(CheckpointError) -> (matrix: Matrix, tensors: [TensorView]) {
        let tensor = try tensor(name)
        guard let inputs = tensor.shape.last, tensor.shape.count >= 2, let format = ElementFormat(tensor.type) else {
            throw unusable(tensor)
        }
        let scales = format == .f8e4m3 ? try self.tensor(name + "_scale_inv") : nil
        let matrix = Matrix(
            outputs: tensor.shape.dropLast().reduce(1, *), inputs: inputs, format: format, base: tensor.base,
            owner: tensor.owner, scales: scales?.base, scalesOwner: scales?.owner)
        return (matrix, [tensor] + (scales.map { [$0] } ?? []))
    }

    /// As `linear`, for a down projection: cut at quantisation blocks, 128 inputs of fp8 and 32 of other types.
    func downMatrix(_ name: String) throws(CheckpointError) -> Matrix {
        try linear(name) { $0 == .f8e4m3 ? 128 : 32 }
    }

    /// A norm's weight or a bias, decoded to f32.
    func vector(_ name: String) throws(CheckpointError) -> Tensor {
        let tensor = try tensor(name)
        guard tensor.shape.count == 1, let format = ElementFormat(tensor.type), format != .f8e4m3,
            !format.isBlocked
        else {
            throw unusable(tensor)
        }
        try quantizer?.read([tensor])
        return Tensor(decoding: tensor.base, format: format, count: tensor.shape[0])
    }

    func optionalVector(_ name: String, _ isPresent: Bool) throws(CheckpointError) -> Tensor? {
        isPresent ? try vector(name) : nil
    }

    func feedForward(_ prefix: String, hasBias: Bool = false) throws(CheckpointError) -> FeedForward {
        FeedForward(
            gate: try linear("\(prefix).gate_proj.weight"), up: try linear("\(prefix).up_proj.weight"),
            down: try downMatrix("\(prefix).down_proj.weight"),
            gateBias: try optionalVector("\(prefix).gate_proj.bias", hasBias),
            upBias: try optionalVector("\(prefix).up_proj.bias", hasBias),
            downBias: try optionalVector("\(prefix).down_proj.bias", hasBias))
    }

    /// The type of a matrix's weights as `matrix` gives them.
    func type(of name: String) throws(CheckpointError) -> ElementType {
        let tensor = try tensor(name)
        return quantizer?.type(of: tensor) ?? tensor.type
    }

    func view(_ name: String) -> TensorView? { tensors[name] }

    private func tensor(_ name: String) throws(CheckpointError) -> TensorView {
        if let tensor = tensors[name] { return tensor }
        throw CheckpointError(
            file: tensors.fileNames.first ?? "weights", tensor: name, problem: "is missing",
            remedy: "Download the missing weights, or the configuration that belongs to these.")
    }

    private static func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
        var (divisor, rest) = (a, b)
        while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
        return a / divisor * b
    }

    private func unusable(_ tensor: TensorView) -> CheckpointError {
        CheckpointError(
            file: tensor.file, tensor: tensor.name,
            problem: "is \(tensor.type.rawValue) \(tensor.shape), which no operation takes",
            remedy: "Take configuration and weights from the same model.")
    }
}

extension ElementFormat {
    init?(_ type: ElementType) {
        switch type {
        case .f32: self = .f32
        case .f16: self = .f16
        case .bf16: self = .bf16
        case .f8e4m3: self = .f8e4m3
        case .q4_0: self = .q4_0
        case .q4_1: self = .q4_1
        case .q5_0: self = .q5_0
        case .q5_1: self = .q5_1
        case .q8_0: self = .q8_0
        case .q2_k: self = .q2_k
        case .q3_k: self = .q3_k
        case .q4_k: self = .q4_k
        case .q5_k: self = .q5_k
        case .q6_k: self = .q6_k
        case .iq4_nl: self = .iq4_nl
        case .iq4_xs: self = .iq4_xs
        default: return nil
        }
    }
}
