/// One transaction on the writing connection, shared by the writes that are committed together.
final class WriteBatch {
    /// Whether something that decides about authority was written in it, or may have been. It stays true where that was rolled back again.
    var decidesAuthority = false
    private let watch: StateWatch?
    private let remembered: Remembered<any Sendable>
    private let start: (mark: StateMark, authorityMark: StateMark)?

    /// To be called with the write lock held: nobody else commits from here on.
    init(_ watch: StateWatch?, _ remembered: Remembered<any Sendable>) {
        self.watch = watch
        self.remembered = remembered
        if let mark = watch?.mark, let authorityMark = watch?.authorityMark {
            start = (mark, authorityMark)
        } else {
            start = nil
        }
    }

    /// What is remembered about authority; nil once this transaction itself decides about it.
    var authority: AuthorityAnswers? {
        guard !decidesAuthority, let start else { return nil }
        return AuthorityAnswers(remembered: remembered, mark: start.authorityMark)
    }

    func committed() {
        guard !decidesAuthority, let start else { return }
        watch?.noteQuietCommit(from: start.mark)
    }
}
