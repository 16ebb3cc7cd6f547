// <push-switch>: turns web push on for this browser, after somebody asked for it.

class PushSwitch extends HTMLElement {
  #form;
  #endpoint;

  connectedCallback() {
    this.#form = this.querySelector("form");
    this.#endpoint = this.#form.elements.endpoint;
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
      this.#say("unsupported");
      return;
    }
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#turnOn();
    });
    this.#show();
  }

  // The button is there unless this browser is on, for the server and for itself.
  async #show() {
    const on = "here" in this.dataset && Notification.permission === "granted";
    const registration = await navigator.serviceWorker.getRegistration("/");
    const subscription = await registration?.pushManager.getSubscription();
    this.#form.hidden = on && Boolean(subscription);
    // Again, for its words may be in another language by now.
    if (this.#form.hidden) this.#register().catch(() => {});
    this.dataset.ready = "";
  }

  async #turnOn() {
    this.#say("");
    try {
      const answer = await Notification.requestPermission();
      if (answer !== "granted") {
        this.#say("denied");
        return;
      }
      const subscription = await this.#subscribe(await this.#register());
      this.#endpoint.value = subscription.endpoint;
      this.#form.submit();
    } catch (error) {
      console.warn("Web push:", error.name);
      this.#say("failed");
    }
  }

  async #register() {
    await navigator.serviceWorker.register(this.dataset.worker, { scope: "/" });
    return navigator.serviceWorker.ready;
  }

  async #subscribe({ pushManager }) {
    const wanted = { userVisibleOnly: true, applicationServerKey: this.dataset.key };
    try {
      return await pushManager.subscribe(wanted);
    } catch (error) {
      if (error.name !== "InvalidStateError") throw error;
      // It was subscribed under an earlier PUSH_KEY.
      await (await pushManager.getSubscription())?.unsubscribe();
      return pushManager.subscribe(wanted);
    }
  }

  #say(word) {
    for (const one of this.querySelectorAll("[data-when]")) one.hidden = one.dataset.when !== word;
  }
}

customElements.define("push-switch", PushSwitch);
