// TeX's names of symbols, by what they are in a formula.

/** Without a prototype: what a model writes is looked up here, and no word may be found that is not listed. */
const table = (text) => Object.assign(Object.create(null), Object.fromEntries(
  text.trim().split(/\s+/).map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)])));

/** Letters; set upright where TeX does. */
export const letters = table(`
  alpha:α beta:β gamma:γ delta:δ epsilon:ϵ varepsilon:ε zeta:ζ eta:η theta:θ vartheta:ϑ iota:ι kappa:κ varkappa:ϰ
  lambda:λ mu:μ nu:ν xi:ξ omicron:ο pi:π varpi:ϖ rho:ρ varrho:ϱ sigma:σ varsigma:ς tau:τ upsilon:υ phi:ϕ varphi:φ
  chi:χ psi:ψ omega:ω ell:ℓ hbar:ℏ hslash:ℏ imath:ı jmath:ȷ wp:℘ partial:∂`);

export const uprightLetters = table(`
  Gamma:Γ Delta:Δ Theta:Θ Lambda:Λ Xi:Ξ Pi:Π Sigma:Σ Upsilon:Υ Phi:Φ Psi:Ψ Omega:Ω Alpha:Α Beta:Β Epsilon:Ε Zeta:Ζ
  Eta:Η Iota:Ι Kappa:Κ Mu:Μ Nu:Ν Rho:Ρ Tau:Τ Chi:Χ aleph:ℵ beth:ℶ gimel:ℷ Re:ℜ Im:ℑ infty:∞ nabla:∇ emptyset:∅
  varnothing:∅ top:⊤ bot:⊥ angle:∠ measuredangle:∡ triangle:△ square:□ Box:□ blacksquare:■ lozenge:◊ Diamond:◇
  bigstar:★ checkmark:✓ dagger:† ddagger:‡ S:§ P:¶ copyright:© pounds:£ euro:€ yen:¥ degree:° flat:♭ natural:♮
  sharp:♯ clubsuit:♣ diamondsuit:♢ heartsuit:♡ spadesuit:♠ prime:′ backprime:‵ forall:∀ exists:∃ nexists:∄ neg:¬
  lnot:¬ ldots:… dots:… dotsc:… dotso:… cdots:⋯ dotsb:⋯ dotsm:⋯ dotsi:⋯ vdots:⋮ ddots:⋱ mho:℧ eth:ð complement:∁ therefore:∴
  because:∵ colon:: backslash:\\ surd:√ hdots:… R:ℝ N:ℕ Z:ℤ Q:ℚ C:ℂ`);

/** Operators and relations. */
export const operators = table(`
  pm:± mp:∓ times:× div:÷ cdot:⋅ cdotp:· ast:∗ star:⋆ circ:∘ bullet:∙ cap:∩ cup:∪ uplus:⊎ sqcap:⊓ sqcup:⊔ vee:∨ lor:∨
  wedge:∧ land:∧ setminus:∖ smallsetminus:∖ wr:≀ diamond:⋄ bigtriangleup:△ bigtriangledown:▽ triangleleft:◁
  triangleright:▷ oplus:⊕ ominus:⊖ otimes:⊗ oslash:⊘ odot:⊙ amalg:⨿ ltimes:⋉ rtimes:⋊ bowtie:⋈ boxplus:⊞ boxtimes:⊠
  leq:≤ le:≤ leqslant:⩽ geq:≥ ge:≥ geqslant:⩾ ll:≪ gg:≫ lll:⋘ ggg:⋙ neq:≠ ne:≠ equiv:≡ sim:∼ simeq:≃ approx:≈ cong:≅
  asymp:≍ doteq:≐ propto:∝ varpropto:∝ prec:≺ succ:≻ preceq:⪯ succeq:⪰ lesssim:≲ gtrsim:≳ lessgtr:≶ triangleq:≜
  approxeq:≊ thickapprox:≈ thicksim:∼ coloneqq:≔ eqqcolon:≕ models:⊨ vdash:⊢ dashv:⊣ vDash:⊨ Vdash:⊩ mid:∣ nmid:∤
  parallel:∥ nparallel:∦ perp:⟂ in:∈ notin:∉ ni:∋ owns:∋ subset:⊂ supset:⊃ subseteq:⊆ supseteq:⊇ subsetneq:⊊
  supsetneq:⊋ nsubseteq:⊈ nsupseteq:⊉ sqsubseteq:⊑ sqsupseteq:⊒ nleq:≰ ngeq:≱ nless:≮ ngtr:≯ smile:⌣ frown:⌢
  leftarrow:← gets:← rightarrow:→ to:→ leftrightarrow:↔ Leftarrow:⇐ Rightarrow:⇒ Leftrightarrow:⇔ implies:⟹ impliedby:⟸
  iff:⟺ longleftarrow:⟵ longrightarrow:⟶ longleftrightarrow:⟷ Longleftarrow:⟸ Longrightarrow:⟹ Longleftrightarrow:⟺
  mapsto:↦ longmapsto:⟼ hookleftarrow:↩ hookrightarrow:↪ uparrow:↑ downarrow:↓ updownarrow:↕ Uparrow:⇑ Downarrow:⇓
  Updownarrow:⇕ nearrow:↗ searrow:↘ swarrow:↙ nwarrow:↖ leftharpoonup:↼ leftharpoondown:↽ rightharpoonup:⇀
  rightharpoondown:⇁ rightleftharpoons:⇌ leftrightarrows:⇆ rightrightarrows:⇉ twoheadrightarrow:↠ rightsquigarrow:⇝
  leadsto:⇝ nrightarrow:↛ nleftarrow:↚ nRightarrow:⇏ nLeftarrow:⇍ circlearrowleft:↺ circlearrowright:↻`);

/** Operators that grow in displays; their limits stand above and below there. */
export const largeOperators = table(`
  sum:∑ prod:∏ coprod:∐ bigcup:⋃ bigcap:⋂ bigvee:⋁ bigwedge:⋀ bigoplus:⨁ bigotimes:⨂ bigodot:⨀ biguplus:⨄ bigsqcup:⨆`);

/** Integrals grow, too, with their limits beside them. */
export const integrals = table('int:∫ iint:∬ iiint:∭ iiiint:⨌ oint:∮ oiint:∯ oiiint:∰ smallint:∫');

export const functionNames = new Set(`arccos arcsin arctan arccot arg cos cosh cot coth csc deg dim exp hom ker lg ln log sec sin
  sinh tan tanh sgn tr rank`.split(/\s+/));

/** Function names whose limits stand below in displays. */
export const limitNames = new Map([
  ...'det gcd inf lim max min Pr sup argmax argmin lcm'.split(' ').map((name) => [name, name]),
  ['liminf', 'lim inf'], ['limsup', 'lim sup'], ['injlim', 'inj lim'], ['projlim', 'proj lim'],
]);

export const delimiters = table(`
  lbrace:{ rbrace:} langle:⟨ rangle:⟩ lfloor:⌊ rfloor:⌋ lceil:⌈ rceil:⌉ vert:| lvert:| rvert:| Vert:‖ lVert:‖ rVert:‖
  lbrack:[ rbrack:] lgroup:⟮ rgroup:⟯ lmoustache:⎰ rmoustache:⎱ ulcorner:⌜ urcorner:⌝ llcorner:⌞ lrcorner:⌟`);

/** Marks over (true) or under (false) something, and whether they are as wide as it. */
export const accents = {
  __proto__: null,
  hat: ['ˆ', true, false], widehat: ['ˆ', true, true], check: ['ˇ', true, false], tilde: ['˜', true, false],
  widetilde: ['˜', true, true], acute: ['´', true, false], grave: ['`', true, false], dot: ['˙', true, false],
  ddot: ['¨', true, false], dddot: ['⃛', true, false], breve: ['˘', true, false], bar: ['¯', true, false],
  vec: ['→', true, false], mathring: ['˚', true, false], overline: ['‾', true, true], underline: ['_', false, true],
  overrightarrow: ['→', true, true], overleftarrow: ['←', true, true], overleftrightarrow: ['↔', true, true],
  underrightarrow: ['→', false, true], underleftarrow: ['←', false, true], overbrace: ['⏞', true, true],
  underbrace: ['⏟', false, true], overbracket: ['⎴', true, true], underbracket: ['⎵', false, true],
};

/** Widths of spaces in em. */
export const spaces = {
  __proto__: null,
  ',': 0.1667, thinspace: 0.1667, ':': 0.2222, '>': 0.2222, medspace: 0.2222, ';': 0.2778, thickspace: 0.2778,
  '!': -0.1667, negthinspace: -0.1667, negmedspace: -0.2222, enspace: 0.5, quad: 1, qquad: 2, ' ': 0.3333, '~': 0.3333,
  space: 0.3333, nobreakspace: 0.3333,
};

const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const smalls = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';
const exceptions = {
  'double-struck': { C: 'ℂ', H: 'ℍ', N: 'ℕ', P: 'ℙ', Q: 'ℚ', R: 'ℝ', Z: 'ℤ' },
  script: { B: 'ℬ', E: 'ℰ', F: 'ℱ', H: 'ℋ', I: 'ℐ', L: 'ℒ', M: 'ℳ', R: 'ℛ', e: 'ℯ', g: 'ℊ', o: 'ℴ' },
  fraktur: { C: 'ℭ', H: 'ℌ', I: 'ℑ', R: 'ℜ', Z: 'ℨ' },
  italic: { h: 'ℎ' },
};
/** Where the mathematical alphabets of Unicode begin: capitals, small letters, digits. */
const alphabets = {
  bold: [0x1d400, 0x1d41a, 0x1d7ce],
  italic: [0x1d434, 0x1d44e, null],
  'bold-italic': [0x1d468, 0x1d482, 0x1d7ce],
  script: [0x1d49c, 0x1d4b6, null],
  fraktur: [0x1d504, 0x1d51e, null],
  'double-struck': [0x1d538, 0x1d552, 0x1d7d8],
  'sans-serif': [0x1d5a0, 0x1d5ba, 0x1d7e2],
  monospace: [0x1d670, 0x1d68a, 0x1d7f6],
};
/** Greek in bold: capital and small alpha. */
const greek = { bold: [0x1d6a8, 0x1d6c2], 'bold-italic': [0x1d71c, 0x1d736] };

/** A text in one of Unicode's mathematical alphabets. */
export function inAlphabet(text, name) {
  const starts = alphabets[name];
  if (!starts) return text;
  return Array.from(text, (letter) => {
    const exception = exceptions[name]?.[letter];
    if (exception) return exception;
    for (const [index, group] of [capitals, smalls, digits].entries()) {
      const place = group.indexOf(letter);
      if (place >= 0 && starts[index]) return String.fromCodePoint(starts[index] + place);
    }
    const code = letter.codePointAt(0);
    if (greek[name] && code >= 0x391 && code <= 0x3a9) return String.fromCodePoint(greek[name][0] + code - 0x391);
    if (greek[name] && code >= 0x3b1 && code <= 0x3c9) return String.fromCodePoint(greek[name][1] + code - 0x3b1);
    return letter;
  }).join('');
}
