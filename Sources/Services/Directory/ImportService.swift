package import Core
package import Domain
package import Logging
package import Repositories
import Synchronization

/// Register imports over HTTP: a job is made, its files are sent, it is started, it is followed.
///
/// One import runs at a time, in ``run()``. What a running one has come to is kept on the job without a new version.
package final class ImportService: ResourceReader {
    package typealias Item = ImportJob
    /// Bytes of one file at most.
    package static let maximumFileBytes = 2 << 30
    /// How often progress is written down.
    private static let progressInterval = Duration.milliseconds(500)

    package let store: Store
    private let staging: ImportStaging
    private let logger: Logger
    private let queue: AsyncStream<Order>
    private let wake: AsyncStream<Order>.Continuation

    private struct Order: Sendable {
        var id: String
        /// Whoever started it has made the changes.
        var call: Call
    }

    /// `directory` is the service's data directory; files wait in `imports` there, as long as the disk keeps so many bytes free.
    package init(
        store: Store, directory: String, minimumFreeBytes: Int64? = nil, logger: Logger = Logger(label: "partnership.imports")
    ) {
        self.store = store
        staging = ImportStaging(directory: directory + "/imports", minimumFreeBytes: minimumFreeBytes ?? Disk.minimumFreeBytes)
        self.logger = logger
        (queue, wake) = AsyncStream.makeStream()
    }

    /// A job that waits for its files. Throws `forbidden` for a caller bound to schools.
    package func create(groupUid: String?, _ call: Call) async throws -> ImportJob {
        try await store.write(call) { transaction in
            try transaction.authorise(.importsWrite, for: .trust)
            let id = ResourceType.importJob.makeID(at: transaction.now)
            let job = ImportJob(id: id, source: School.registerSource, groupUid: groupUid, createdAt: transaction.now)
            return try transaction.insert(job)
        }
    }

    /// Takes one file as it comes, in place of an earlier one. Throws `notFound` for a file no import has, `conflict` while the import runs or
    /// when it has ended before the file was whole, `invalid` for more than ``maximumFileBytes`` bytes, `diskFull`, and whatever `body`
    /// throws; then nothing of it stays.
    package func receive<Body: AsyncSequence>(file name: String, of id: String, _ body: Body, _ call: Call) async throws -> ImportJob
    where Body.Element: Sequence<UInt8> {
        try Self.authorise(call)
        guard let file = RegisterFile(rawValue: name) else { throw DomainError.notFound }
        try Self.mustBeIdle(find(id, call))
        let (size, sha256) = try await staging.receive(file, of: id, body)
        do {
            let (job, replaced) = try await store.write(call) { transaction in
                try transaction.authorise(.importsWrite, for: .trust)
                guard let stored = try transaction.find(ImportJob.self, id: id) else { throw DomainError.notFound }
                try Self.mustBeIdle(stored)
                var job = stored
                job.files.removeAll { $0.name == name }
                job.files.append(ImportJob.File(name: name, sizeBytes: size, sha256: sha256, receivedAt: transaction.now))
                let replaced = stored.files.filter { $0.name == name && $0.sha256 != sha256 }
                return (try transaction.update(from: stored, to: job), replaced)
            }
            for file in replaced { staging.remove(file, of: id) }
            return job
        } catch {
            // Nobody would ask for it again, unless it is the same that was sent before.
            let isWanted = (try? find(id, call))?.files.contains { $0.name == name && $0.sha256 == sha256 } ?? false
            if !isWanted { staging.remove(name, sha256: sha256, of: id) }
            throw error
        }
    }

    /// Queues the import; also one that failed, to run again. Throws `conflict` while it runs, when it is done, or when a file is missing.
    package func start(id: String, _ call: Call) async throws -> ImportJob {
        let job = try await store.write(call) { [staging] transaction in
            try transaction.authorise(.importsWrite, for: .trust)
            guard let stored = try transaction.find(ImportJob.self, id: id) else { throw DomainError.notFound }
            try transaction.checkPrecondition(of: stored)
            try Self.mustBeIdle(stored)
            for file in Self.needed(stored) where !stored.files.contains(where: { $0.name == file.rawValue }) {
                throw DomainError.conflict("The \(file.rawValue) file is missing; send it first.")
            }
            for file in stored.files where !staging.holds(file, of: id) {
                throw DomainError.conflict("The \(file.name) file is no longer there; send it again.")
            }
            var job = stored
            job.status = .queued
            (job.bytesRead, job.rowsRead, job.report, job.failure, job.startedAt, job.finishedAt) = (0, 0, nil, nil, nil, nil)
            job.bytesTotal = 2 * stored.files.reduce(0) { $0 + $1.sizeBytes }
            return try transaction.update(from: stored, to: job)
        }
        if !call.dryRun { wake.yield(Order(id: id, call: Call(actor: call.actor, requestId: call.requestId))) }
        return job
    }

    /// Schools come from two files; links between schools alone are a job as well.
    private static func needed(_ job: ImportJob) -> [RegisterFile] {
        job.files.map(\.name) == [RegisterFile.links.rawValue] ? [] : [.establishments, .groupLinks]
    }

    /// Throws `forbidden` for a caller bound to schools.
    package static func authorise(_ call: Call) throws {
        guard Permission.importsWrite.isHeld(by: call.actor, for: .trust) else {
            throw DomainError.forbidden("This token is bound to schools; an import is made by one that isn't.")
        }
    }

    private static func mustBeIdle(_ job: ImportJob) throws {
        switch job.status {
        case .awaitingFiles, .failed: break
        case .queued, .running: throw DomainError.conflict("The import is running.")
        case .succeeded: throw DomainError.conflict("The import is done; make another one.")
        }
    }
}

/// The work in the background.
extension ImportService {
    /// Runs what is queued, one after the other, until the task is cancelled; an import under way then ends between two chunks.
    ///
    /// First puts right what an earlier process left behind: imports it was running have failed, queued ones are taken up.
    package func run() async throws {
        try await recover()
        await withTaskGroup { group in
            group.addTask { await self.sweep() }
            for await order in queue {
                await perform(order)
                if Task.isCancelled { break }
            }
            group.cancelAll()
        }
    }

    private func recover() async throws {
        for job in try await store.read({ try $0.imports.all(status: .running) }) {
            await end(job, report: nil, failure: "The import was interrupted; start it again.")
        }
        for job in try await store.read({ try $0.imports.all(status: .queued) }) {
            // Its changes are still of whoever started it. What they may was asked then.
            var actor = try await store.read { try $0.lastWriter(of: .importJob, id: job.id) } ?? .system
            actor.grants = Actor.system.grants
            wake.yield(Order(id: job.id, call: Call(actor: actor, requestId: job.id)))
        }
    }

    /// Removes files that nobody started for a day, again and again.
    private func sweep() async {
        while !Task.isCancelled {
            let busy = (try? await store.read { try $0.imports.all(status: .queued) + $0.imports.all(status: .running) }) ?? []
            staging.removeOld(except: Set(busy.map(\.id)), now: .now())
            try? await Task.sleep(for: .seconds(3600))
        }
    }

    private func perform(_ order: Order) async {
        guard var job = try? find(order.id, order.call), job.status == .queued else { return }
        job.status = .running
        job.startedAt = .now()
        await save(job)
        let meter = ProgressKeeper(job: job, interval: Self.progressInterval)
        do {
            let (files, links) = try Self.files(of: job, in: staging)
            let report = try await RegisterImport(store: store).run(
                files, links: links, digests: Self.digests(of: job), groupUid: job.groupUid, order.call
            ) { progress in
                if let job = meter.take(progress) { await self.save(job) }
            }
            await end(meter.latest, report: report, failure: nil)
            staging.remove(job.id)
        } catch let refusal as RegisterRefusal {
            await end(meter.latest, report: nil, failure: refusal.description)
        } catch is CancellationError {
            await end(meter.latest, report: nil, failure: "The import was interrupted; start it again.")
        } catch {
            logger.error("An import failed.", metadata: ["import": "\(job.id)", "error": "\(error)"])
            await end(meter.latest, report: nil, failure: "The import failed for a reason that isn't in its files; the log has it.")
        }
    }

    private static func digests(of job: ImportJob) -> [RegisterFile: String] {
        Dictionary(job.files.compactMap { file in RegisterFile(rawValue: file.name).map { ($0, file.sha256) } }) { $1 }
    }

    private static func files(of job: ImportJob, in staging: ImportStaging) throws -> (RegisterImport.Files?, links: String?) {
        func path(_ file: RegisterFile) -> String? {
            job.files.first { $0.name == file.rawValue }.map { staging.path($0, of: job.id) }
        }
        let links = path(.links)
        if needed(job).isEmpty { return (nil, links) }
        guard let establishments = path(.establishments), let groupLinks = path(.groupLinks) else {
            throw RegisterRefusal(nil, "The establishments or the group-links file is missing.")
        }
        return (RegisterImport.Files(establishments: establishments, groupLinks: groupLinks, groups: path(.groups)), links)
    }

    private func end(_ job: ImportJob, report: RegisterReport?, failure: String?) async {
        var job = job
        job.status = failure == nil ? .succeeded : .failed
        job.report = report
        job.failure = failure
        job.finishedAt = .now()
        logger.info(
            "An import ended.", metadata: ["import": "\(job.id)", "status": "\(job.status.rawValue)", "failure": "\(failure ?? "")"])
        await save(job)
    }

    /// Progress is worth no failed import: what can't be written down is logged.
    private func save(_ job: ImportJob) async {
        do {
            try await store.bookkeeping { try $0.imports.save(job) }
        } catch {
            logger.warning("The progress of an import couldn't be saved.", metadata: ["import": "\(job.id)", "error": "\(error)"])
        }
    }
}

/// The job with its latest progress; says when it is time to write it down.
private final class ProgressKeeper: Sendable {
    private let state: Mutex<(job: ImportJob, savedAt: ContinuousClock.Instant)>
    private let interval: Duration

    init(job: ImportJob, interval: Duration) {
        state = Mutex((job, .now))
        self.interval = interval
    }

    var latest: ImportJob { state.withLock(\.job) }

    func take(_ progress: RegisterProgress) -> ImportJob? {
        state.withLock { state in
            state.job.bytesRead = progress.bytesRead
            state.job.bytesTotal = progress.bytesTotal
            state.job.rowsRead = progress.rowsRead
            guard ContinuousClock.now - state.savedAt >= interval else { return nil }
            state.savedAt = .now
            return state.job
        }
    }
}
