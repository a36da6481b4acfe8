/// The tensors that a configuration asks for: names, shapes, types, and which of them may be absent.
package struct TensorPlan: Sendable {
    /// What a tensor is for; it decides the element types.
    package enum Role: Sendable, Hashable {
        case embedding
        case head
        case norm
        case bias
        /// A linear layer of attention or of a feed-forward network; may be fp8.
        case projection
        /// A projection of one routed expert; may be fp8.
        case expert
        /// The experts' scores; never fp8.
        case router
        /// `e_score_correction_bias`.
        case routerBias
        /// `eh_proj`, which joins embedding and hidden state at the head of an MTP module; never fp8.
        case joint
    }

    package struct Part: Sendable, Hashable {
        package let name: String
        package let shape: [Int]
    }

    package struct Item: Sendable, Hashable {
        package let name: String
        package let shape: [Int]
        package let role: Role
        /// The MTP module, from 0; nil for the main model.
        package let nextTokenLayer: Int?
        /// Repeats another tensor or is unused, so that a checkpoint may leave it out.
        package let isOptional: Bool
        /// Tensors that may stand in its place all together, as in GGUF files that split kv_b_proj.
        package var parts: [Part] = []

        package var elementCount: Int { shape.reduce(1, *) }
    }

    package let configuration: ModelConfiguration
    package let items: [Item]

    package init(_ configuration: ModelConfiguration) {
        self.configuration = configuration
        var builder = TensorPlanBuilder(configuration)
        builder.build()
        items = builder.items
    }

    /// The element types that a role may have in safetensors files; fp8 only where config.json declares it.
    package func types(of role: Role) -> [ElementType] { types(of: role, in: .safetensors) }

    /// In GGUF files matrices may be of blocks, except the router's.
    func types(of role: Role, in container: WeightContainer) -> [ElementType] {
        let plain: [ElementType] = [.f32, .f16, .bf16]
        switch (container, role) {
        case (.safetensors, .projection), (.safetensors, .expert):
            return configuration.quantization == nil ? plain : plain + [.f8e4m3]
        case (.gguf, .embedding), (.gguf, .head), (.gguf, .projection), (.gguf, .expert), (.gguf, .joint):
            return plain + ElementType.allCases.filter(\.isBlocked)
        default: return plain
        }
    }

    /// What a checkpoint has of an item: its tensor with scales, or the parts in its place.
    package func tensors(of item: Item, in index: TensorIndex) -> [TensorView] {
        guard let tensor = index[item.name] else { return item.parts.compactMap { index[$0.name] } }
        return [tensor] + (index[item.name + "_scale_inv"].map { [$0] } ?? [])
    }

    // MARK: Counts

    /// Parameters of the main model.
    package var parameterCount: Int {
        items.reduce(0) { $0 + ($1.nextTokenLayer == nil && !$1.isOptional ? $1.elementCount : 0) }
    }

    /// Parameters of the main model that one token reads: the chosen experts alone, and no embedding table unless it is
    /// the head as well.
    package var activeParameterCount: Int {
        var routed = 0
        var others = 0
        for item in items where item.nextTokenLayer == nil && !item.isOptional {
            switch item.role {
            case .expert: routed += item.elementCount
            case .embedding where !configuration.tiesEmbeddings: break
            default: others += item.elementCount
            }
        }
        guard let experts = configuration.experts else { return others }
        return others + routed / experts.routedCount * experts.activeCount
    }

    /// Parameters that the MTP modules add; they share the main model's embedding and head.
    package var nextTokenParameterCount: Int {
        items.reduce(0) { $0 + ($1.nextTokenLayer != nil && !$1.isOptional ? $1.elementCount : 0) }
    }
}
