// Several changes as one step to undo.

class Compose {
  preExecute({ act }) {
    act();
  }
}

export class Composing {
  static $inject = [ 'commandStack' ];

  constructor(commandStack) {
    this.commandStack = commandStack;
    commandStack.registerHandler('studio.compose', Compose);
  }

  compose(act) {
    this.commandStack.execute('studio.compose', { act });
  }
}
