package import Checkpoints
package import Compute

/// Writes a checkpoint as a GGUF file, its weights in the types of a mixture.
///
/// One tensor at a time is in memory, of a mixture of experts one expert.
package struct GGUFConversion {
    private let weights: WeightSource
    private let configuration: ModelConfiguration
    private let processor: Processor
    private let writer: GGUFWriter

    /// Returns the file's size in bytes. `tokenizer` is what a Hugging Face folder's tokenizer lists; a GGUF file's own
    /// is kept. `progress` counts bytes written.
    ///
    /// Throws where tensors do not fit the configuration, are quantised already, where the format lacks a key, where
    /// the file exists and is not to be overwritten, or where the disk is full.
    @discardableResult package static func write(
        _ checkpoint: Checkpoint, tokenizer: GGUFTokenizer?, as type: QuantizationType, to path: String,
        overwrites: Bool = false, processor: Processor, progress: LoadProgress.Handler? = nil
    ) throws(CheckpointError) -> Int {
        let configuration = try checkpoint.configuration()
        let plan = TensorPlan(configuration)
        try plan.check(checkpoint.tensors)
        try checkpoint.tensors.checkIsNotQuantized(remedy: "Use the file as it is")
        let tensors = GGUFTensor.list(
            of: checkpoint, plan, QuantizationRecipe(type, for: configuration))
        let metadata = try GGUFMetadataEncoder(
            checkpoint, configuration, tokenizer: tokenizer, type: type, tensors: tensors)
        let writer = try GGUFWriter(path: path, overwrites: overwrites, metadata: metadata, tensors: tensors)
        let conversion = GGUFConversion(
            weights: WeightSource(checkpoint.tensors), configuration: configuration, processor: processor,
            writer: writer)
        for (index, tensor) in tensors.enumerated() {
            try writer.advance(to: index)
            try conversion.write(tensor) {
                progress?(LoadProgress(completed: writer.written, total: writer.total, file: tensor.name))
            }
        }
        try writer.finish()
        return writer.total
    }

    private func write(_ tensor: GGUFTensor, progress: () -> Void) throws(CheckpointError) {
        switch tensor.source {
        case .rows(let names):
            for name in names {
                let (matrix, views) = try load(name)
                try append(matrix, as: tensor.type)
                for view in views { view.release() }
                progress()
            }
        case .pairedRows(let name, let heads):
            let (matrix, views) = try load(name)
            let order = Self.pairedOrder(rows: views[0].shape[0], heads: heads)
            try append(matrix.decoded(rows: order), as: tensor.type)
            for view in views { view.release() }
            progress()
        case .keys(let name): try append(try parts(of: name).keys, as: tensor.type)
        case .values(let name): try append(try parts(of: name).values, as: tensor.type)
        case .rotaryDivisors: try append(Matrix(Tensor(rotaryDivisors)), as: tensor.type)
        }
        progress()
    }

    private func append(_ matrix: Matrix, as type: ElementType) throws(CheckpointError) {
        guard let format = ElementFormat(type) else { preconditionFailure("no operation takes \(type.rawValue)") }
        let encoded = matrix.format == format ? matrix : processor.encoded(matrix, as: format)
        try encoded.withBytes { bytes throws(CheckpointError) in try writer.append(bytes) }
    }

    /// A tensor in place, or a vector as a matrix of one column, whose rows can be ordered too.
    private func load(_ name: String) throws(CheckpointError) -> (matrix: Matrix, tensors: [TensorView]) {
        guard let view = weights.view(name), view.shape.count == 1, let format = ElementFormat(view.type) else {
            return try weights.stored(name)
        }
        return (
            Matrix(outputs: view.shape[0], inputs: 1, format: format, base: view.base, owner: view.owner), [view]
        )
    }

    private func parts(of name: String) throws(CheckpointError) -> (keys: Matrix, values: Matrix) {
        guard let latent = configuration.latentAttention else {
            preconditionFailure("\(name) without latent attention")
        }
        let (expansion, views) = try weights.stored(name)
        defer { for view in views { view.release() } }
        return processor.expansionParts(of: expansion, shape: LatentShape(latent, configuration))
    }

    /// Row `i` and row `i + d/2` of a head of d rows come to lie at `2i` and `2i + 1`.
    static func pairedOrder(rows: Int, heads: Int) -> [Int] {
        let half = rows / heads / 2
        return (0..<rows).map { row in
            let (head, place) = row.quotientAndRemainder(dividingBy: 2 * half)
            return head * 2 * half + place % 2 * half + place / 2
        }
    }

    private var rotaryDivisors: [Float] {
        let rope = configuration.rope
        guard case .llama3(let scaling) = rope.scaling else { preconditionFailure("no scaling of Llama 3") }
        return scaling.divisors(theta: rope.theta, dimension: rope.dimension)
    }
}
