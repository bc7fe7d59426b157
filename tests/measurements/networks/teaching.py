"""What a network reads that has learnt from generated digits alone: the classification accuracy score (CAS).

    $ python -m tests.measurements.networks.teaching

Ravuri and Vinyals 2019, "Classification Accuracy Score for Conditional Generative Models". LeNet learns 8
epochs of 20,000 generated digits, or of as many real ones, as they are: not shifted while it learns.
"""

import argparse

import numpy as np

from autoencoder import digits
from autoencoder.data import idx
from autoencoder.networks.mx import mx
from tests.amounts import amount

EPOCHS, SIZE, BATCH = *amount((8, 20_000), (1, 128)), 64


def lenet():
    """Return LeNet with ReLU and 10 outputs."""
    x = mx.sym.Variable("data")
    for name, width in (("1", 20), ("2", 50)):
        x = mx.sym.Convolution(x, kernel=(5, 5), num_filter=width, name=f"convolution{name}")
        x = mx.sym.Pooling(
            mx.sym.Activation(x, act_type="relu"), pool_type="max", kernel=(2, 2), stride=(2, 2)
        )
    x = mx.sym.FullyConnected(mx.sym.Flatten(x), num_hidden=500, name="dense1")
    x = mx.sym.FullyConnected(mx.sym.Activation(x, act_type="relu"), num_hidden=10, name="dense2")
    return mx.sym.SoftmaxOutput(x, name="softmax")


def accuracy(images, labels, test, seed):
    """Return the share of test digits that LeNet reads right once it has learnt from images (n, 784)."""
    mx.random.seed(seed)
    np.random.seed(seed)  # the iterator shuffles with it
    learning = mx.io.NDArrayIter(images.reshape(-1, 1, 28, 28), labels, BATCH, shuffle=True)
    asked = mx.io.NDArrayIter(test.images.reshape(-1, 1, 28, 28), test.labels.astype(np.float32), 500)
    module = mx.mod.Module(lenet())
    steps = mx.lr_scheduler.FactorScheduler(step=2 * len(images) // BATCH, factor=0.5)
    module.fit(
        learning,
        optimizer="adam",
        optimizer_params={"learning_rate": 0.001, "lr_scheduler": steps},
        initializer=mx.init.Xavier(),
        num_epoch=EPOCHS,
    )
    return dict(module.score(asked, "acc"))["accuracy"]


def main():
    """Print the accuracy for generated and for real digits, seed by seed."""
    parser = argparse.ArgumentParser(prog="python -m tests.measurements.networks.teaching")
    parser.add_argument("--model-dir", help="a folder of networks (default: those that ship)")
    parser.add_argument("--seeds", type=int, default=amount(3, 1))
    parser.add_argument("--learn", nargs="+", choices=["generated", "real"], default=["generated", "real"])
    options = parser.parse_args()
    digits.use_models(options.model_dir)
    train, test = idx.load("train"), idx.load("t10k")
    shares = {name: [] for name in options.learn}
    for seed in range(options.seeds):
        for name, each in shares.items():
            random = np.random.default_rng(seed)
            if name == "generated":
                labels = random.permutation(SIZE) % 10
                styles = random.standard_normal((SIZE, digits.STYLE))
                images = np.concatenate(digits.generate_many(labels.tolist(), styles))
            else:
                some = random.permutation(len(train.images))[:SIZE]
                images, labels = train.images[some], train.labels[some]
            each.append(accuracy(images, labels.astype(np.float32), test, seed))
            print(f"seed {seed}, {name}: {each[-1]:.2%}", flush=True)
    for name, each in shares.items():
        print(f"{name}: {np.mean(each):.2%} on average, {min(each):.2%} to {max(each):.2%}")


if __name__ == "__main__":
    main()
