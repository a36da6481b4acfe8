/// TeX's names of symbols, by the sign that a terminal shows.
enum MathSymbols {
    static let signs = table(
        """
        alpha:α beta:β gamma:γ delta:δ epsilon:ε varepsilon:ε zeta:ζ eta:η theta:θ vartheta:ϑ iota:ι kappa:κ
        varkappa:ϰ lambda:λ mu:μ nu:ν xi:ξ omicron:ο pi:π varpi:ϖ rho:ρ varrho:ϱ sigma:σ varsigma:ς tau:τ upsilon:υ
        phi:φ varphi:φ chi:χ psi:ψ omega:ω ell:ℓ hbar:ℏ hslash:ℏ imath:ı jmath:ȷ wp:℘ partial:∂ Gamma:Γ Delta:Δ
        Theta:Θ Lambda:Λ Xi:Ξ Pi:Π Sigma:Σ Upsilon:Υ Phi:Φ Psi:Ψ Omega:Ω Alpha:Α Beta:Β Epsilon:Ε Zeta:Ζ Eta:Η
        Iota:Ι Kappa:Κ Mu:Μ Nu:Ν Rho:Ρ Tau:Τ Chi:Χ aleph:ℵ beth:ℶ gimel:ℷ Re:ℜ Im:ℑ infty:∞ nabla:∇ emptyset:∅
        varnothing:∅ top:⊤ bot:⊥ angle:∠ measuredangle:∡ triangle:△ square:□ Box:□ blacksquare:■ lozenge:◊ Diamond:◇
        bigstar:★ checkmark:✓ dagger:† ddagger:‡ S:§ P:¶ copyright:© pounds:£ euro:€ yen:¥ degree:° flat:♭ natural:♮
        sharp:♯ clubsuit:♣ diamondsuit:♢ heartsuit:♡ spadesuit:♠ prime:′ backprime:‵ forall:∀ exists:∃ nexists:∄
        neg:¬ lnot:¬ ldots:… dots:… dotsc:… dotso:… cdots:⋯ dotsb:⋯ dotsm:⋯ dotsi:⋯ vdots:⋮ ddots:⋱ mho:℧ eth:ð
        complement:∁ therefore:∴ because:∵ colon:: surd:√ hdots:… R:ℝ N:ℕ Z:ℤ Q:ℚ C:ℂ pm:± mp:∓ times:× div:÷ cdot:·
        cdotp:· ast:∗ star:⋆ circ:∘ bullet:∙ cap:∩ cup:∪ uplus:⊎ sqcap:⊓ sqcup:⊔ vee:∨ lor:∨ wedge:∧ land:∧
        setminus:∖ smallsetminus:∖ wr:≀ diamond:⋄ bigtriangleup:△ bigtriangledown:▽ triangleleft:◁ triangleright:▷
        oplus:⊕ ominus:⊖ otimes:⊗ oslash:⊘ odot:⊙ amalg:⨿ ltimes:⋉ rtimes:⋊ bowtie:⋈ boxplus:⊞ boxtimes:⊠ leq:≤ le:≤
        leqslant:⩽ geq:≥ ge:≥ geqslant:⩾ ll:≪ gg:≫ lll:⋘ ggg:⋙ neq:≠ ne:≠ equiv:≡ sim:∼ simeq:≃ approx:≈ cong:≅
        asymp:≍ doteq:≐ propto:∝ varpropto:∝ prec:≺ succ:≻ preceq:⪯ succeq:⪰ lesssim:≲ gtrsim:≳ lessgtr:≶
        triangleq:≜ approxeq:≊ thickapprox:≈ thicksim:∼ coloneqq:≔ eqqcolon:≕ models:⊨ vdash:⊢ dashv:⊣ vDash:⊨
        Vdash:⊩ mid:∣ nmid:∤ parallel:∥ nparallel:∦ perp:⟂ in:∈ notin:∉ ni:∋ owns:∋ subset:⊂ supset:⊃ subseteq:⊆
        supseteq:⊇ subsetneq:⊊ supsetneq:⊋ nsubseteq:⊈ nsupseteq:⊉ sqsubseteq:⊑ sqsupseteq:⊒ nleq:≰ ngeq:≱ nless:≮
        ngtr:≯ smile:⌣ frown:⌢ leftarrow:← gets:← rightarrow:→ to:→ leftrightarrow:↔ Leftarrow:⇐ Rightarrow:⇒
        Leftrightarrow:⇔ implies:⟹ impliedby:⟸ iff:⟺ longleftarrow:⟵ longrightarrow:⟶ longleftrightarrow:⟷
        Longleftarrow:⟸ Longrightarrow:⟹ Longleftrightarrow:⟺ mapsto:↦ longmapsto:⟼ hookleftarrow:↩ hookrightarrow:↪
        uparrow:↑ downarrow:↓ updownarrow:↕ Uparrow:⇑ Downarrow:⇓ Updownarrow:⇕ nearrow:↗ searrow:↘ swarrow:↙
        nwarrow:↖ leftharpoonup:↼ leftharpoondown:↽ rightharpoonup:⇀ rightharpoondown:⇁ rightleftharpoons:⇌
        leftrightarrows:⇆ rightrightarrows:⇉ twoheadrightarrow:↠ rightsquigarrow:⇝ leadsto:⇝ nrightarrow:↛
        nleftarrow:↚ nRightarrow:⇏ nLeftarrow:⇍ circlearrowleft:↺ circlearrowright:↻ sum:∑ prod:∏ coprod:∐ bigcup:⋃
        bigcap:⋂ bigvee:⋁ bigwedge:⋀ bigoplus:⨁ bigotimes:⨂ bigodot:⨀ biguplus:⨄ bigsqcup:⨆ int:∫ iint:∬ iiint:∭
        iiiint:⨌ oint:∮ oiint:∯ oiiint:∰ smallint:∫ lbrace:{ rbrace:} langle:⟨ rangle:⟩ lfloor:⌊ rfloor:⌋ lceil:⌈
        rceil:⌉ vert:| lvert:| rvert:| Vert:‖ lVert:‖ rVert:‖ lbrack:[ rbrack:] lgroup:⟮ rgroup:⟯ lmoustache:⎰
        rmoustache:⎱ ulcorner:⌜ urcorner:⌝ llcorner:⌞ lrcorner:⌟
        """)

    /// Functions and limits, written as they are named.
    static let functions: Set<String> = [
        "arccos", "arcsin", "arctan", "arccot", "arg", "argmax", "argmin", "cos", "cosh", "cot", "coth", "csc", "deg",
        "det", "dim", "exp", "gcd", "hom", "inf", "ker", "lcm", "lg", "lim", "liminf", "limsup", "ln", "log", "max",
        "min", "mod", "Pr", "rank", "sec", "sgn", "sin", "sinh", "sup", "tan", "tanh", "tr",
    ]

    static let superscripts = pairs(
        "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ")

    static let subscripts = pairs("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")

    static let doubleStruck = pairs("CHNPQRZ", "ℂℍℕℙℚℝℤ")

    /// Marks that combine with the character before them.
    static let accents: [String: String] = [
        "hat": "\u{302}", "bar": "\u{304}", "overline": "\u{305}", "vec": "\u{20D7}", "tilde": "\u{303}",
        "dot": "\u{307}", "ddot": "\u{308}", "check": "\u{30C}", "breve": "\u{306}", "underline": "\u{332}",
    ]

    private static func table(_ text: String) -> [String: String] {
        var result: [String: String] = [:]
        for pair in text.split(whereSeparator: \.isWhitespace) {
            guard let colon = pair.firstIndex(of: ":") else { continue }
            result[String(pair[..<colon])] = String(pair[pair.index(after: colon)...])
        }
        return result
    }

    private static func pairs(_ keys: String, _ values: String) -> [Character: Character] {
        Dictionary(uniqueKeysWithValues: zip(keys, values))
    }
}
