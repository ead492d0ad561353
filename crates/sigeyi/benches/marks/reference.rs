//! The physical reference: the same bytes through the same kind of queue and wake-ups, into one framed file, one `fdatasync` a group.
//! It decides nothing, seals nothing, hashes nothing and keeps nothing.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::JoinHandle,
};

use sigeyi_engine::Engine;

use crate::durable::ANSWER_WITHIN;

pub(crate) struct Reference {
    queue: Option<SyncSender<(Vec<u8>, oneshot::Sender<()>)>>,
    thread: Option<JoinHandle<()>>,
}

impl Reference {
    pub(crate) fn open(path: &Path) -> Reference {
        let file = OpenOptions::new().create(true).append(true).open(path).expect("the file can be made");
        let (queue, queued) = sync_channel(Engine::QUEUE_MAX);
        let thread = std::thread::spawn(move || write(file, &queued));
        Reference { queue: Some(queue), thread: Some(thread) }
    }

    pub(crate) fn append(&self, bytes: Vec<u8>) {
        let (caller, answer) = oneshot::channel();
        self.queue.as_ref().expect("it is open").send((bytes, caller)).expect("the writer runs");
        answer.recv_timeout(ANSWER_WITHIN).expect("the writer answers");
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        drop(self.queue.take());
        self.thread.take().map(JoinHandle::join);
    }
}

fn write(mut file: File, queued: &Receiver<(Vec<u8>, oneshot::Sender<()>)>) {
    let mut callers = Vec::new();
    let mut frame = Vec::new();
    while let Ok((bytes, caller)) = queued.recv() {
        frame.clear();
        frame.extend_from_slice(&[0; 8]);
        let mut add = |bytes: &[u8], caller| {
            frame.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
            frame.extend_from_slice(bytes);
            callers.push(caller);
        };
        add(&bytes, caller);
        while let Ok((bytes, caller)) = queued.try_recv() {
            add(&bytes, caller);
        }
        let length = frame.len() as u64;
        frame[..8].copy_from_slice(&length.to_be_bytes());
        file.write_all(&frame).expect("it can be written");
        file.sync_data().expect("it can be synced");
        for caller in callers.drain(..) {
            let _ = caller.send(());
        }
    }
}
