// A line to the server that can be cut and go dead, as lines do.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class Line {
  readonly #sockets = new Set<Socket>();
  #isDead = false;

  private constructor(
    readonly port: number,
    private readonly server: Server,
  ) {}

  /** From a free port of this machine to a server. */
  static async to(host: string, port: number): Promise<Line> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const line = new Line((server.address() as AddressInfo).port, server);
    server.on('connection', (near) => line.#join(near, connect(port, host)));
    return line;
  }

  /** Ends what is open. What comes after gets through. */
  cut(): void {
    this.#isDead = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Carries nothing any more of what is open, and tells nobody. */
  goDead(): void {
    this.#isDead = true;
    for (const socket of this.#sockets) socket.pause();
  }

  close(): void {
    this.server.close();
    this.cut();
  }

  #join(near: Socket, far: Socket): void {
    // What was dead stays dead; who calls again is heard.
    this.#isDead = false;
    for (const [from, to] of [[near, far], [far, near]] as const) {
      this.#sockets.add(from);
      from.on('data', (bytes) => to.write(bytes));
      from.on('end', () => to.end());
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        if (!this.#isDead) to.destroy();
      });
    }
  }
}
