import NIOCore

/// Runs the tasks of a connection on the connection's own event loop.
///
/// Without it every request crosses threads twice (loop → pool → loop), each time waking a sleeping thread; on small machines
/// that costs more than the request. The price: whatever a responder computes between two suspensions holds up the other
/// connections of that loop, so long work must await elsewhere, as database writes and exports do.
final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
